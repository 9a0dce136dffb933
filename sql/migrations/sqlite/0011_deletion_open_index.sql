CREATE INDEX IF NOT EXISTS orderbak_deletion_open ON orderbak_deletion (done_ms, rule)
