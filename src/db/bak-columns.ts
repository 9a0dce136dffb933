import type { ExistingColumn } from './existing-table.js';

/** Columns without which a table is no `tbl_bak_order`. */
export const NEEDED = ['id', 'id_order', 'filename', 'file_type'];
/** Columns that hold a time. */
export const TIMES = ['order_create_time', 'bak_date_time', 'download_time', 'unlink_time', 'missing_time'];
/** Columns that are added where they are missing, in MySQL's words. */
export const ADDED: Readonly<Record<string, string>> = {
  order_create_time: 'DATETIME NULL',
  order_create_by: 'VARCHAR(255) NULL',
  order_folder: 'TEXT NULL',
  id_job: 'BIGINT NULL',
  id_rework: 'BIGINT NULL',
  id_discuss: 'BIGINT NULL',
  bak_date_time: 'DATETIME NULL',
  download_time: 'DATETIME NULL',
  file_size: 'BIGINT NULL',
  file_sha256: 'CHAR(64) NULL',
  unlink_time: 'DATETIME NULL',
  missing_time: 'DATETIME NULL',
  thumb_fault: 'VARCHAR(255) NULL',
  duplicate: 'BIGINT NOT NULL DEFAULT 0',
};
/** The longest name, in characters: a unique key over it still fits into an index of InnoDB. */
export const LONGEST_NAME = 700;

/** Whether a unique key over these columns, with commas between, would refuse rows that are to be recorded. */
export function refuses(columns: string): boolean {
  const words = columns.split(/[ ,]/);
  return (
    !words.includes('id') && !['id_order', 'file_type', 'filename'].every((name) => words.includes(name))
  );
}

/** Whether a column of somebody else's must be given a value with each new row. */
export function isDemanded({ nullable, preset, isFilled }: ExistingColumn): boolean {
  return !nullable && preset === null && !isFilled;
}
