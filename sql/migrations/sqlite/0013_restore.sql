CREATE TABLE IF NOT EXISTS orderbak_restore (
  deletion_id INTEGER PRIMARY KEY,
  folder TEXT NOT NULL,
  filename TEXT NOT NULL,
  begun_ms INTEGER NOT NULL,
  done_ms INTEGER NULL
)
