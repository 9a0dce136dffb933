import { type RawBuilder, type Selectable, type SqlBool, sql } from 'kysely';
import { fileTypeOf } from '../domain/file-type.js';
import type { BakFile } from '../domain/order.js';
import { EXIT, OrderbakError } from '../errors.js';
import { idOf } from './order-ids.js';
import type { Engine, Tables } from './tables.js';

/** The columns of `tbl_bak_order` from which a `BakFile` is made. */
export const bakFileColumns = [
  'tbl_bak_order.id',
  'tbl_bak_order.id_order',
  'tbl_bak_order.file_type',
  'tbl_bak_order.filename',
  'tbl_bak_order.bak_date_time',
  'tbl_bak_order.file_size',
  'tbl_bak_order.file_sha256',
  'tbl_bak_order.unlink_time',
  'tbl_bak_order.missing_time',
  'tbl_bak_order.thumb_fault',
] as const;

type Column<C> = C extends `tbl_bak_order.${infer Name}` ? Name : never;
export type BakRow = Pick<
  Selectable<Tables['tbl_bak_order']>,
  Column<(typeof bakFileColumns)[number]> & keyof Tables['tbl_bak_order']
>;

/** SQL for "a row of some order that names a file": an older script may have written others, which mean nothing. */
export function namesFile(engine: Engine): RawBuilder<SqlBool> {
  const [id, name] = [sql`tbl_bak_order.id_order`, sql`tbl_bak_order.filename`];
  // A name of nothing but spaces may equal ''.
  if (engine === 'mysql') return sql`${id} IS NOT NULL AND CHAR_LENGTH(${name}) > 0`;
  // A column of SQLite may hold any text, whatever it is declared as.
  return sql`CAST(${id} AS INTEGER) = ${id} AND ${name} <> ''`;
}

/** Whether a row has a type; an older script may have written others. */
export function hasMeaning(row: Pick<BakRow, 'file_type'>): boolean {
  return fileTypeOf(Number(row.file_type)) !== null;
}

/** A row as the rest of orderbak knows it. Throws for a `file_type` that is none of the five. */
export function bakFileOf(row: BakRow): BakFile {
  const type = fileTypeOf(Number(row.file_type));
  if (type === null) {
    throw new OrderbakError(
      EXIT.stopped,
      'bad-row',
      `row ${row.id} of tbl_bak_order has the file_type ${row.file_type}, which means nothing`,
      'file_type must be 1 main, 2 ref, 3 complete, 4 rework or 5 discuss; correct the row.',
    );
  }
  const receipt =
    row.bak_date_time !== null && row.file_size !== null && row.file_sha256 !== null
      ? { size: Number(row.file_size), sha256: row.file_sha256 }
      : null;
  return {
    id: row.id,
    orderId: idOf(row.id_order),
    type,
    filename: row.filename,
    bakTime: row.bak_date_time,
    receipt,
    unlinkTime: row.unlink_time,
    missingTime: row.missing_time,
    thumbFault: row.thumb_fault,
  };
}
