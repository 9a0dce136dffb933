CREATE TABLE IF NOT EXISTS orderbak_restore (
  deletion_id BIGINT NOT NULL PRIMARY KEY,
  folder VARCHAR(1024) CHARACTER SET utf8mb4 COLLATE {{bytes}} NOT NULL,
  filename VARCHAR(255) CHARACTER SET utf8mb4 COLLATE {{bytes}} NOT NULL,
  begun_ms BIGINT NOT NULL,
  done_ms BIGINT NULL,
  KEY orderbak_restore_folder (folder(255))
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4
