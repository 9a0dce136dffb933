ALTER TABLE orderbak_run_failure ADD COLUMN step TEXT NOT NULL DEFAULT '';
ALTER TABLE orderbak_run_failure ADD COLUMN id_order INTEGER NULL;
ALTER TABLE orderbak_run_failure ADD COLUMN attempts INTEGER NOT NULL DEFAULT 1;
ALTER TABLE orderbak_run_failure ADD COLUMN failed_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE orderbak_run_failure ADD COLUMN settled_ms INTEGER NULL;
CREATE INDEX IF NOT EXISTS orderbak_run_failure_open ON orderbak_run_failure (step, settled_ms);
