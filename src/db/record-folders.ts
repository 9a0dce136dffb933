import { sql } from 'kysely';
import type { OrderRange } from '../steps/ports/shop.js';
import { asRecorded, bytesOf } from './bytes.js';
import { withinRange } from './order-ids.js';
import type { Database, Engine, RawId } from './tables.js';

/**
 * The statement that writes down beside recorded files where the view says that their orders' folders are: once the shop has
 * deleted an order, nobody else knows. `insert` writes it down for the files that it records.
 *
 * EXPLAIN (MariaDB 10.11) with the shipped views, which give no folder: tbl_bak_order index PRIMARY; o eq_ref PRIMARY,
 * DEPENDENT SUBQUERY. Not joined: an UPDATE of two tables locks the shop's rows, even under READ COMMITTED.
 */
export function recordFolders(engine: Engine): string {
  const own = 'FROM orderbak_order o WHERE o.id_order = tbl_bak_order.id_order';
  return `UPDATE tbl_bak_order SET order_folder = (SELECT MAX(${asRecorded(engine, 'o.folder')}) ${own})
WHERE unlink_time IS NULL
  AND EXISTS (SELECT 1 ${own} AND (o.folder IS NOT NULL OR tbl_bak_order.order_folder IS NOT NULL))`;
}

/**
 * Writes down where the orders of a range have moved to by the view's word since their files were recorded: there they lie
 * when the shop deletes the order. What the view no longer names stays as it was written.
 *
 * EXPLAIN (MariaDB 10.11) with the shipped views, which give no folder: Impossible WHERE; with those that do: o range PRIMARY,
 * b ref orderbak_file "Start temporary; End temporary". Asked first, written then: an UPDATE that reads the shop's orders may
 * lock them.
 */
export async function recordMoves({ engine, kysely }: Database, range: OrderRange): Promise<void> {
  const folder = sql.raw(asRecorded(engine, 'o.folder'));
  const now = bytesOf(engine, folder);
  const then = bytesOf(engine, sql`b.order_folder`);
  const differs = engine === 'mysql' ? sql`NOT (${now} <=> ${then})` : sql`${now} IS NOT ${then}`;
  const { rows } = await sql<{ id_order: RawId; folder: string }>`
    SELECT o.id_order, MAX(${folder}) AS folder FROM orderbak_order o
    WHERE ${withinRange(engine, sql`o.id_order`, range)} AND o.folder IS NOT NULL
      AND EXISTS (SELECT 1 FROM tbl_bak_order b WHERE b.id_order = o.id_order AND b.unlink_time IS NULL AND ${differs})
    GROUP BY o.id_order`.execute(kysely);
  for (const row of rows) {
    await sql`UPDATE tbl_bak_order SET order_folder = ${row.folder}
      WHERE id_order = ${row.id_order} AND unlink_time IS NULL`.execute(kysely);
  }
}
