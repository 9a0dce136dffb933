CREATE TABLE IF NOT EXISTS orderbak_schedule (
  entry TEXT NOT NULL,
  scope TEXT NOT NULL,
  due_ms INTEGER NOT NULL,
  host TEXT NOT NULL,
  pid INTEGER NOT NULL,
  begun_ms INTEGER NOT NULL,
  ended_ms INTEGER NULL,
  result TEXT NOT NULL,
  exit_code INTEGER NULL,
  PRIMARY KEY (entry, scope, due_ms)
)
