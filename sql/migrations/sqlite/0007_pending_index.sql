CREATE INDEX IF NOT EXISTS orderbak_pending ON tbl_bak_order (unlink_time, bak_date_time, id)
