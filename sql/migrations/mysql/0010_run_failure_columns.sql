ALTER TABLE orderbak_run_failure
  ADD COLUMN step VARCHAR(32) NOT NULL DEFAULT '',
  ADD COLUMN id_order BIGINT NULL,
  ADD COLUMN attempts INT NOT NULL DEFAULT 1,
  ADD COLUMN failed_ms BIGINT NOT NULL DEFAULT 0,
  ADD COLUMN settled_ms BIGINT NULL,
  ADD KEY orderbak_run_failure_open (step, settled_ms)
