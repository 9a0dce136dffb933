import { isPlainName } from './file-name.js';
import { fileTypeOf } from './file-type.js';
import { type FolderRule, folderOf } from './folder-name.js';
import { parseLocalTime } from './local-time.js';
import { wholeNumber } from './whole-number.js';

/** A row of `orderbak_order` as the view gives it, whatever that is. */
export interface SampledOrder {
  readonly id_order: unknown;
  readonly create_time: unknown;
  readonly create_by: unknown;
  readonly status: unknown;
  readonly done_time: unknown;
  readonly folder: unknown;
}

/** A row of `orderbak_order_file` as the view gives it. */
export interface SampledFile {
  readonly id_order: unknown;
  readonly file_type: unknown;
  readonly filename: unknown;
}

/** What is wrong with an order of the view, in words; null when it makes sense. */
export function orderFault(order: SampledOrder, rule: FolderRule): string | null {
  const { create_time: createTime, create_by: createBy, status, done_time: doneTime } = order;
  const id = wholeNumber(order.id_order);
  if (id === null) return `id_order is ${shown(order.id_order)}, not a number`;
  const created = textOrNull(createTime);
  if (parseLocalTime(created) === null) return `order ${id}: create_time is ${shown(createTime)}, no time`;
  // '0000-00-00' is how old shops write "never".
  const done = textOrNull(doneTime);
  if (doneTime !== null && parseLocalTime(done) === null && !done?.startsWith('0000'))
    return `order ${id}: done_time is ${shown(doneTime)}, no time`;
  if (status === null || status === '') return `order ${id} has no status`;
  if (sampledFolder(order, rule) === null)
    return `order ${id}: its folder cannot be told (create_by ${shown(createBy)}, folder ${shown(textOrNull(order.folder))})`;
  return null;
}

/** The folder of an order of the view, below the root; null when it cannot be told. */
export function sampledFolder(order: SampledOrder, rule: FolderRule): string | null {
  const [createTime, createBy] = [textOrNull(order.create_time), textOrNull(order.create_by)];
  const folder = textOrNull(order.folder);
  return folderOf(
    { id: Number(order.id_order), createTime, createBy, status: null, doneTime: null, folder },
    rule,
  );
}

/** What is wrong with a file of the view, in words; null when it makes sense. */
export function fileFault({ id_order: id, file_type: type, filename }: SampledFile): string | null {
  if (fileTypeOf(Number(type)) === null) return `order ${id} has a file of type ${shown(type)}`;
  if (typeof filename !== 'string') return `order ${id} has a file whose name is ${shown(filename)}`;
  return isPlainName(filename) ? null : `order ${id}: ${shown(filename)} is no plain name of a file`;
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function shown(value: unknown): string {
  return value === null ? 'NULL' : JSON.stringify(value);
}
