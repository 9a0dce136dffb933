CREATE INDEX IF NOT EXISTS orderbak_deletion_name ON orderbak_deletion (filename)
