CREATE TABLE IF NOT EXISTS orderbak_schedule (
  entry VARCHAR(32) CHARACTER SET ascii NOT NULL,
  scope VARCHAR(255) NOT NULL,
  due_ms BIGINT NOT NULL,
  host VARCHAR(255) NOT NULL,
  pid INT NOT NULL,
  begun_ms BIGINT NOT NULL,
  ended_ms BIGINT NULL,
  result VARCHAR(16) NOT NULL,
  exit_code INT NULL,
  PRIMARY KEY (entry, scope, due_ms)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4
