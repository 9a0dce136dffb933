import type { Engine } from './tables.js';

/** Of rows for one file, one counts as the file's, a marked one if there is one; the others keep their id in `duplicate`. */
const keptRows = (name: string) => `SELECT id_order, file_type, filename,
    COALESCE(MIN(CASE WHEN bak_date_time IS NOT NULL THEN id END), MIN(id)) AS id
  FROM tbl_bak_order GROUP BY id_order, file_type, ${name} HAVING COUNT(*) > 1`;

const IN_MYSQL = `UPDATE tbl_bak_order t JOIN (
  ${keptRows('filename')}
) kept ON kept.id_order = t.id_order AND kept.file_type = t.file_type AND kept.filename = t.filename
SET t.duplicate = IF(t.id = kept.id, 0, t.id)`;

const IN_SQLITE = `UPDATE tbl_bak_order SET duplicate = CASE WHEN tbl_bak_order.id = kept.id THEN 0 ELSE tbl_bak_order.id END
FROM (
  ${keptRows('filename COLLATE BINARY')}
) kept
WHERE kept.id_order = tbl_bak_order.id_order AND kept.file_type = tbl_bak_order.file_type
  AND kept.filename = tbl_bak_order.filename COLLATE BINARY`;

/** The statement that tells rows apart which an old script has recorded twice, so that a unique key over the file can be made. */
export function tellApart(engine: Engine): string {
  return engine === 'mysql' ? IN_MYSQL : IN_SQLITE;
}
