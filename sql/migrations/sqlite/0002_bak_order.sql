CREATE TABLE IF NOT EXISTS tbl_bak_order (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  id_order INTEGER NOT NULL,
  order_create_time TEXT NULL,
  order_create_by TEXT NULL,
  id_job INTEGER NULL,
  id_rework INTEGER NULL,
  id_discuss INTEGER NULL,
  filename TEXT NOT NULL,
  file_type INTEGER NOT NULL,
  bak_date_time TEXT NULL,
  download_time TEXT NULL,
  file_size INTEGER NULL,
  file_sha256 TEXT NULL,
  unlink_time TEXT NULL,
  missing_time TEXT NULL,
  duplicate INTEGER NOT NULL DEFAULT 0,
  UNIQUE (id_order, file_type, filename, duplicate)
)
