import type { Engine } from './tables.js';

/**
 * Rows that name a file, each with the row of the same file that counts: a marked one if there is one. Told by ids: a join by
 * name finds no key that is long enough, and compares each row with each, for hours in a large table.
 */
const twins = (name: string) => `SELECT id, COUNT(*) OVER same AS many,
    FIRST_VALUE(id) OVER (same ORDER BY CASE WHEN bak_date_time IS NULL THEN 1 ELSE 0 END, id) AS kept
  FROM tbl_bak_order
  WHERE id_order IS NOT NULL AND file_type IS NOT NULL AND filename IS NOT NULL
  WINDOW same AS (PARTITION BY id_order, file_type, ${name})`;

/** EXPLAIN (MariaDB 10.11): <derived2> ALL "Using where", t eq_ref PRIMARY. */
const IN_MYSQL = `UPDATE tbl_bak_order t JOIN (
  ${twins('filename')}
) twin ON twin.id = t.id
SET t.duplicate = IF(t.id = twin.kept, 0, t.id)
WHERE twin.many > 1`;

const IN_SQLITE = `UPDATE tbl_bak_order SET duplicate = CASE WHEN tbl_bak_order.id = twin.kept THEN 0 ELSE tbl_bak_order.id END
FROM (
  ${twins('filename COLLATE BINARY')}
) twin
WHERE twin.id = tbl_bak_order.id AND twin.many > 1`;

/**
 * The statement that tells rows apart which an old script has recorded twice, so that a unique key over the file can be made:
 * one counts as the file's, the others keep their id in `duplicate`.
 */
export function tellApart(engine: Engine): string {
  return engine === 'mysql' ? IN_MYSQL : IN_SQLITE;
}
