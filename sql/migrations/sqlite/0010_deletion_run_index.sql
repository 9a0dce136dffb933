CREATE INDEX IF NOT EXISTS orderbak_deletion_run ON orderbak_deletion (run_id)
