import { type RawBuilder, type SqlBool, sql } from 'kysely';
import { wholeNumber } from '../domain/whole-number.js';
import { EXIT, OrderbakError } from '../errors.js';
import type { OrderRange } from '../steps/ports/shop.js';
import type { Engine, RawId } from './tables.js';

/** Ids of which at least half are asked for are asked for as a range. */
const LOOSEST = 2;

/**
 * The number that an id from the database is: as text it would be another id than the same number, and what is looked up by
 * it would be missing. Throws for one that is no whole number, or too large to be told from the next.
 */
export function idOf(value: RawId): number {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  const id = wholeNumber(value);
  if (id !== null) return id;
  throw new OrderbakError(
    EXIT.stopped,
    'bad-id',
    `the database gives ${JSON.stringify(String(value))} as the id of an order, and that is no whole number`,
    'id_order must be one in every view and in tbl_bak_order; correct the row, or the view that gives it.',
  );
}

/**
 * The ids of a page of `giver` that was asked for in order, above `after`. Throws where they come in another order, as text
 * does: a walk over pages would pass orders over, or never end.
 */
export function pageOf(
  rows: readonly { readonly id_order: RawId }[],
  after: number,
  giver: string,
): number[] {
  const ids = rows.map((row) => idOf(row.id_order));
  if (ids.every((id, index) => id >= (ids[index - 1] ?? after + 1))) return ids;
  throw idsAreText(giver);
}

/** The error for ids that the database sorts and compares as text. */
export function idsAreText(giver: string): OrderbakError {
  return new OrderbakError(
    EXIT.failed,
    'bad-id',
    `${giver} gives the ids of orders as text, of which the database puts 10 before 9`,
    'Declare the column as a whole number, or CAST it to one in views of your own ([source] views).',
  );
}

/**
 * SQL for "one of these orders" over the column `id_order`. Where the ids lie close together it is a range, which costs the
 * views half: then rows of orders in between come too, and are to be left out.
 */
export function amongOrders(engine: Engine, ids: readonly number[]): RawBuilder<SqlBool> {
  let [from, to] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const id of ids) {
    if (id < from) from = id;
    if (id > to) to = id;
  }
  const isClose = ids.length > 0 && to - from < ids.length * LOOSEST;
  return byNumber(engine, sql`id_order`, (id) =>
    isClose ? sql`${id} BETWEEN ${from} AND ${to}` : sql`${id} IN (${sql.join(ids)})`,
  );
}

/** SQL for "an order of this range" over a column of ids. */
export function withinRange(
  engine: Engine,
  column: RawBuilder<unknown>,
  { from, to }: OrderRange,
): RawBuilder<SqlBool> {
  return byNumber(engine, column, (id) => sql`${id} BETWEEN ${from} AND ${to}`);
}

/**
 * A condition on ids, whether they are stored as numbers or as text. MySQL compares text with numbers by its number; to SQLite
 * it is greater than any, and has the end of an index to itself, so that asking there costs nothing where there is none.
 */
function byNumber(
  engine: Engine,
  column: RawBuilder<unknown>,
  condition: (id: RawBuilder<unknown>) => RawBuilder<SqlBool>,
): RawBuilder<SqlBool> {
  if (engine === 'mysql') return condition(column);
  const cast = condition(sql`CAST(${column} AS INTEGER)`);
  return sql`(${condition(column)} OR (${column} >= '' AND ${cast}))`;
}
