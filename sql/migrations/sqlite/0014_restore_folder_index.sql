CREATE INDEX IF NOT EXISTS orderbak_restore_folder ON orderbak_restore (folder)
