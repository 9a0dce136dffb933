import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Engine } from './tables.js';

/**
 * SQL for the status of `orderbak_order` as text. A whole number is written as one, also where its column has places after the
 * point: 9.0 is "9". What is text stays as it is: "9.0" is a word like others.
 */
export function statusAsText(engine: Engine): RawBuilder<string | null> {
  const text = plainText(engine);
  if (engine === 'sqlite') {
    return sql`CASE WHEN typeof(status) = 'real' AND status = CAST(status AS INTEGER)
      THEN CAST(CAST(status AS INTEGER) AS TEXT) ELSE ${text} END`;
  }
  // A number is said to collate as bytes do.
  return sql`CASE WHEN COLLATION(status) = 'binary' AND ${text} LIKE '%.0%' AND ${text} REGEXP '^-?[0-9]+[.]0+$'
    THEN SUBSTRING_INDEX(${text}, '.', 1) ELSE ${text} END`;
}

/** SQL for "its status is one of these". What is written so needs no closer look, which costs a sixth of the question. */
export function isStatus(engine: Engine, statuses: readonly string[]): RawBuilder<SqlBool> {
  const bytes = engine === 'mysql' ? sql`COLLATE utf8mb4_bin` : sql``;
  const some = sql.join(statuses);
  return sql`(${plainText(engine)} ${bytes} IN (${some}) OR (${statusAsText(engine)}) ${bytes} IN (${some}))`;
}

function plainText(engine: Engine): RawBuilder<string | null> {
  return engine === 'mysql' ? sql`CAST(status AS CHAR)` : sql`CAST(status AS TEXT)`;
}
