import type { Database } from './database.js';

/** The tables of the PHP application, with the columns that it has besides those that orderbak reads. */
const MARIADB_TABLES = [
  `CREATE TABLE tbl_user (
    id_user INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    username VARCHAR(100) NOT NULL,
    email VARCHAR(190) NULL,
    password CHAR(60) NOT NULL DEFAULT '',
    is_staff TINYINT(1) NOT NULL DEFAULT 0,
    UNIQUE KEY username (username)
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`,
  `CREATE TABLE tbl_order (
    id_order INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    id_user INT UNSIGNED NOT NULL,
    title VARCHAR(255) NULL,
    note TEXT NULL,
    price DECIMAL(10,2) NOT NULL DEFAULT 0,
    status TINYINT NOT NULL DEFAULT 0,
    create_time DATETIME NOT NULL,
    update_time TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    done_qc_time DATETIME NULL,
    KEY status (status, done_qc_time),
    KEY id_user (id_user)
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`,
  `CREATE TABLE tbl_job (
    id_job INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    id_order INT UNSIGNED NOT NULL,
    id_editor INT UNSIGNED NULL,
    image VARCHAR(255) NULL,
    attach TEXT NULL,
    file_complete TEXT NULL,
    note TEXT NULL,
    KEY id_order (id_order)
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`,
  `CREATE TABLE tbl_job_rework (
    id_job_rework INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    id_order INT UNSIGNED NOT NULL,
    id_job INT UNSIGNED NOT NULL,
    note TEXT NULL,
    attach TEXT NULL,
    file_complete TEXT NULL,
    KEY id_order (id_order)
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`,
  `CREATE TABLE tbl_order_discuss (
    id_discuss INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    id_order INT UNSIGNED NOT NULL,
    id_user INT UNSIGNED NULL,
    message TEXT NULL,
    file TEXT NULL,
    KEY id_order (id_order)
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`,
];

const SQLITE_TABLES = [
  `CREATE TABLE tbl_user (
    id_user INTEGER PRIMARY KEY, username TEXT NOT NULL UNIQUE, email TEXT, password TEXT NOT NULL DEFAULT '',
    is_staff INTEGER NOT NULL DEFAULT 0
  )`,
  `CREATE TABLE tbl_order (
    id_order INTEGER PRIMARY KEY, id_user INTEGER NOT NULL, title TEXT, note TEXT, price REAL NOT NULL DEFAULT 0,
    status INTEGER NOT NULL DEFAULT 0, create_time TEXT NOT NULL,
    update_time TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP, done_qc_time TEXT
  )`,
  `CREATE TABLE tbl_job (
    id_job INTEGER PRIMARY KEY, id_order INTEGER NOT NULL, id_editor INTEGER, image TEXT, attach TEXT,
    file_complete TEXT, note TEXT
  )`,
  `CREATE TABLE tbl_job_rework (
    id_job_rework INTEGER PRIMARY KEY, id_order INTEGER NOT NULL, id_job INTEGER NOT NULL, note TEXT, attach TEXT,
    file_complete TEXT
  )`,
  `CREATE TABLE tbl_order_discuss (
    id_discuss INTEGER PRIMARY KEY, id_order INTEGER NOT NULL, id_user INTEGER, message TEXT, file TEXT
  )`,
  'CREATE INDEX tbl_order_status ON tbl_order (status, done_qc_time)',
  'CREATE INDEX tbl_job_order ON tbl_job (id_order)',
  'CREATE INDEX tbl_job_rework_order ON tbl_job_rework (id_order)',
  'CREATE INDEX tbl_order_discuss_order ON tbl_order_discuss (id_order)',
];

export async function createShopTables(database: Database): Promise<void> {
  for (const sql of database.engine === 'mariadb' ? MARIADB_TABLES : SQLITE_TABLES) await database.run(sql);
}

/** Declares a column of a SQLite table anew, which it cannot do in place; the rows stay as they are. */
export async function declareAgain(
  database: Database,
  table: string,
  declared: string,
  again: string,
): Promise<void> {
  const [made] = await database.all('SELECT sql FROM sqlite_master WHERE name = ?', [table]);
  await database.run('PRAGMA legacy_alter_table = ON');
  await database.run(`ALTER TABLE ${table} RENAME TO old_${table}`);
  await database.run(String(made?.sql).replace(declared, again));
  await database.run(`INSERT INTO ${table} SELECT * FROM old_${table}`);
  await database.run(`DROP TABLE old_${table}`);
}
