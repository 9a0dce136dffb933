import { asRecorded } from './bytes.js';
import type { Engine } from './tables.js';

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
