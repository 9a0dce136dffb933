CREATE INDEX IF NOT EXISTS store_file_server ON store_file (server_id)
