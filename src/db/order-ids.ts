import { type RawBuilder, type SqlBool, sql } from 'kysely';

/** Ids of which at least half are asked for are asked for as a range. */
const LOOSEST = 2;

/**
 * SQL for "one of these orders" over the column `id_order`. Where the ids lie close together it is a range, which costs the
 * views half: then rows of orders in between come too, and are to be left out.
 */
export function amongOrders(ids: readonly number[]): RawBuilder<SqlBool> {
  let [from, to] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const id of ids) {
    if (id < from) from = id;
    if (id > to) to = id;
  }
  return ids.length > 0 && to - from < ids.length * LOOSEST
    ? sql`id_order BETWEEN ${from} AND ${to}`
    : sql`id_order IN (${sql.join(ids)})`;
}
