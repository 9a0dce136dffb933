CREATE INDEX IF NOT EXISTS orderbak_run_step ON orderbak_run (step, started_ms)
