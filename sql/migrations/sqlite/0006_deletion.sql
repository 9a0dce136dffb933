CREATE TABLE IF NOT EXISTS orderbak_deletion (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  run_id INTEGER NOT NULL,
  rule TEXT NOT NULL,
  folder TEXT NOT NULL,
  filename TEXT NOT NULL,
  row_ids TEXT NOT NULL,
  size INTEGER NOT NULL,
  sha256 TEXT NULL,
  thumb TEXT NOT NULL,
  quarantine TEXT NULL,
  intended_ms INTEGER NOT NULL,
  done_ms INTEGER NULL,
  purged_ms INTEGER NULL
)
