ALTER TABLE orderbak_deletion ADD COLUMN order_ids TEXT NULL
