CREATE INDEX IF NOT EXISTS orderbak_run_failure_run ON orderbak_run_failure (run_id)
