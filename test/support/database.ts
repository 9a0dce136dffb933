import { DatabaseSync } from '@photostructure/sqlite';
import mysql from 'mysql2/promise';

export type Engine = 'mariadb' | 'sqlite';
export const ENGINES: readonly Engine[] = ['sqlite', 'mariadb'];

export type Value = string | number | null | Buffer;
export type Row = Record<string, unknown>;

/** A connection of the tests' own; nothing of it is shared with the program under test. */
export interface Database {
  readonly engine: Engine;
  run(sql: string, values?: readonly Value[]): Promise<void>;
  all(sql: string, values?: readonly Value[]): Promise<Row[]>;
  close(): Promise<void>;
}

export async function openDatabase(url: string): Promise<Database> {
  return url.startsWith('sqlite:') ? openSqlite(url.slice('sqlite:'.length)) : await openMysql(url);
}

/** Opens, asks and closes: a file that nobody holds open can be copied and removed. */
export async function withDatabase<T>(url: string, ask: (database: Database) => Promise<T>): Promise<T> {
  const database = await openDatabase(url);
  try {
    return await ask(database);
  } finally {
    await database.close();
  }
}

const ROWS_AT_ONCE = 200;

export async function insertRows(
  database: Database,
  table: string,
  columns: readonly string[],
  rows: readonly (readonly Value[])[],
): Promise<void> {
  const marks = `(${columns.map(() => '?').join(', ')})`;
  for (let start = 0; start < rows.length; start += ROWS_AT_ONCE) {
    const part = rows.slice(start, start + ROWS_AT_ONCE);
    const sql = `INSERT INTO ${table} (${columns.join(', ')}) VALUES ${part.map(() => marks).join(', ')}`;
    await database.run(sql, part.flat());
  }
}

function openSqlite(file: string): Database {
  const connection = new DatabaseSync(file, { timeout: 10_000 });
  return {
    engine: 'sqlite',
    run: async (sql, values = []) => {
      connection.prepare(sql).run(...values);
    },
    all: async (sql, values = []) => connection.prepare(sql).all(...values) as Row[],
    close: async () => connection.close(),
  };
}

async function openMysql(url: string): Promise<Database> {
  const connection = await mysql.createConnection({ uri: url, charset: 'utf8mb4', dateStrings: true });
  // MariaDB's own, in which the shop writes: MySQL's would not have the times of zeros that stand in old tables.
  await connection.query(
    "SET sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'",
  );
  return {
    engine: 'mariadb',
    run: async (sql, values = []) => {
      await connection.query(sql, [...values]);
    },
    all: async (sql, values = []) => {
      const [rows] = await connection.query<mysql.RowDataPacket[]>(sql, [...values]);
      return rows;
    },
    close: () => connection.end(),
  };
}
