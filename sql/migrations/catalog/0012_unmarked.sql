CREATE INDEX IF NOT EXISTS store_unmarked ON store_file (server_id) WHERE marked_ms IS NULL
