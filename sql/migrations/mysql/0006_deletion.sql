CREATE TABLE IF NOT EXISTS orderbak_deletion (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  run_id BIGINT NOT NULL,
  rule VARCHAR(16) NOT NULL,
  folder VARCHAR(1024) CHARACTER SET utf8mb4 COLLATE {{bytes}} NOT NULL,
  filename VARCHAR(255) CHARACTER SET utf8mb4 COLLATE {{bytes}} NOT NULL,
  row_ids TEXT NOT NULL,
  size BIGINT NOT NULL,
  sha256 CHAR(64) CHARACTER SET ascii NULL,
  thumb TEXT NOT NULL,
  quarantine TEXT NULL,
  intended_ms BIGINT NOT NULL,
  done_ms BIGINT NULL,
  purged_ms BIGINT NULL,
  KEY orderbak_deletion_run (run_id),
  KEY orderbak_deletion_open (done_ms, rule),
  KEY orderbak_deletion_name (filename)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4
