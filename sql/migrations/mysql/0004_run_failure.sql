CREATE TABLE IF NOT EXISTS orderbak_run_failure (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  run_id BIGINT NOT NULL,
  item_id BIGINT NULL,
  path TEXT NOT NULL,
  code VARCHAR(64) NOT NULL,
  message TEXT NOT NULL,
  KEY orderbak_run_failure_run (run_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4
