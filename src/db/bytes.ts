import { type RawBuilder, sql } from 'kysely';
import type { Database, Engine } from './tables.js';

/**
 * SQL for a text as its bytes. Names are compared so: trailing spaces and case count, whatever the collation of the shop's
 * columns or of an adopted table.
 */
export function bytesOf(engine: Engine, text: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`CAST(${text} AS ${engine === 'mysql' ? sql`BINARY` : sql`BLOB`})`;
}

/** MySQL's collation that compares every byte, trailing spaces too: MariaDB and MySQL have different names for it. */
export async function bytesCollation({ kysely }: Database): Promise<string> {
  const { rows } = await sql<{ version: string }>`SELECT VERSION() AS version`.execute(kysely);
  return /mariadb/i.test(rows[0]?.version ?? '') ? 'utf8mb4_nopad_bin' : 'utf8mb4_0900_bin';
}
