import { isPlainFolder, isPlainName } from './file-name.js';
import { parseLocalTime, unixSeconds } from './local-time.js';
import type { Order } from './order.js';

/** How an order's folder is named, and the zone in which the shop writes its times. */
export interface FolderRule {
  readonly template: string;
  readonly zone: string;
}

const FIELD = /\{([a-z_]+)\}/g;
const FIELDS = ['create_unix', 'create_by', 'id_order', 'yyyy', 'mm', 'dd'] as const;
type Field = (typeof FIELDS)[number];

/** Why a template cannot name folders, in words; null when it can. */
export function templateFault(template: string): string | null {
  const unknown = [...template.matchAll(FIELD)].find((match) => !isField(match[1] ?? ''));
  if (unknown !== undefined) return `${unknown[0]} is not one of ${FIELDS.map((f) => `{${f}}`).join(' ')}`;
  const fields = fieldsOf(template);
  if (!fields.has('id_order') && !fields.has('create_unix') && !fields.has('dd')) {
    return 'it has none of {id_order}, {create_unix} and {dd}, so that unrelated orders would share one folder';
  }
  return isPlainFolder(template.replace(FIELD, '0')) ? null : 'it does not stay below the root';
}

/**
 * The order's folder below the root, with `/` between its parts.
 * Null when it cannot be told: no user, no readable time, or a name that would leave the root.
 */
export function folderOf(order: Order, rule: FolderRule): string | null {
  const folder = order.folder ?? fillTemplate(order, rule);
  return folder !== null && isPlainFolder(folder) ? folder : null;
}

function fillTemplate(order: Order, rule: FolderRule): string | null {
  const values = valuesOf(order, rule.zone);
  let complete = true;
  const folder = rule.template.replace(FIELD, (_, name: Field) => {
    const value = values[name];
    if (value === null || !isPlainName(value)) complete = false;
    return value ?? '';
  });
  return complete ? folder : null;
}

function valuesOf(order: Order, zone: string): Record<Field, string | null> {
  const at = parseLocalTime(order.createTime);
  const two = (number: number) => String(number).padStart(2, '0');
  return {
    create_unix: at && String(unixSeconds(at, zone)),
    create_by: order.createBy,
    id_order: String(order.id),
    yyyy: at && String(at.year).padStart(4, '0'),
    mm: at && two(at.month),
    dd: at && two(at.day),
  };
}

/**
 * Where other orders of the same folder can be looked for: those with exactly these times of creation, or those of these days.
 * Null when the template gives each order a folder of its own.
 */
export type Neighbourhood = { readonly by: 'time' } | { readonly by: 'day' } | null;

/** Which orders may share a folder under a template; `folderOf` decides then which of them do. */
export function neighbourhoodOf(template: string): Neighbourhood {
  const fields = fieldsOf(template);
  if (fields.has('id_order')) return null;
  return fields.has('create_unix') ? { by: 'time' } : { by: 'day' };
}

function fieldsOf(template: string): Set<string> {
  return new Set([...template.matchAll(FIELD)].map((match) => match[1] ?? ''));
}

function isField(name: string): name is Field {
  return (FIELDS as readonly string[]).includes(name);
}
