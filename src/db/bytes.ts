import { type RawBuilder, sql } from 'kysely';
import type { Database, Engine, RawText } from './tables.js';

/** A text of the shop's that a database may give as bytes. What of them is no UTF-8 becomes U+FFFD, and so no name of a file. */
export function textOf<T extends RawText | null>(value: T): Exclude<T, Uint8Array> | string;
export function textOf(value: RawText | null): string | null {
  return value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : value;
}

/**
 * SQL for a text as its bytes. Names are compared so: trailing spaces and case count, whatever the collation of the shop's
 * columns or of an adopted table.
 */
export function bytesOf(engine: Engine, text: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`CAST(${text} AS ${engine === 'mysql' ? sql`BINARY` : sql`BLOB`})`;
}

/** The words of SQL for a column of the shop's in the characters of `tbl_bak_order`. */
export function asRecorded(engine: Engine, column: string): string {
  return engine === 'mysql' ? `CONVERT(${column} USING utf8mb4)` : `CAST(${column} AS TEXT)`;
}

/** MySQL's collation that compares every byte, trailing spaces too: MariaDB and MySQL have different names for it. */
export async function bytesCollation({ kysely }: Database): Promise<string> {
  const { rows } = await sql<{ version: string }>`SELECT VERSION() AS version`.execute(kysely);
  return /mariadb/i.test(rows[0]?.version ?? '') ? 'utf8mb4_nopad_bin' : 'utf8mb4_0900_bin';
}
