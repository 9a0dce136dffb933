import { type RawBuilder, sql } from 'kysely';
import type { Engine } from './tables.js';

/**
 * SQL for a text as its bytes. Names are compared so: trailing spaces and case count, whatever the collation of the shop's
 * columns or of an adopted table.
 */
export function bytesOf(engine: Engine, text: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`CAST(${text} AS ${engine === 'mysql' ? sql`BINARY` : sql`BLOB`})`;
}
