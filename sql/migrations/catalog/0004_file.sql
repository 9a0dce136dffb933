CREATE TABLE IF NOT EXISTS store_file (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  folder TEXT NOT NULL,
  filename TEXT NOT NULL,
  path TEXT NOT NULL,
  size INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  server_id INTEGER NOT NULL,
  kept_ms INTEGER NOT NULL,
  marked_ms INTEGER NULL,
  UNIQUE (folder, filename, sha256)
)
