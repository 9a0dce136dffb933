import type { Engine } from './tables.js';

/**
 * The statement that writes down beside recorded files where the view says that their orders' folders are: once the shop has
 * deleted an order, nobody else knows. `insert` writes it down for the files that it records.
 */
export function recordFolders(engine: Engine): string {
  return engine === 'mysql'
    ? `UPDATE tbl_bak_order b JOIN orderbak_order o ON o.id_order = b.id_order
SET b.order_folder = CONVERT(o.folder USING utf8mb4)
WHERE b.unlink_time IS NULL AND (o.folder IS NOT NULL OR b.order_folder IS NOT NULL)`
    : `UPDATE tbl_bak_order SET order_folder = CAST(o.folder AS TEXT)
FROM orderbak_order o
WHERE o.id_order = tbl_bak_order.id_order AND unlink_time IS NULL
  AND (o.folder IS NOT NULL OR order_folder IS NOT NULL)`;
}
