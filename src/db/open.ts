import { existsSync } from 'node:fs';
import { Kysely, MysqlDialect } from 'kysely';
import { EXIT, OrderbakError } from '../errors.js';
import { type MysqlServer, parseDatabaseUrl } from './database-url.js';
import { explainDatabaseError } from './explain-errors.js';
import { ExplainingDialect } from './explaining-dialect.js';
import { readyPool } from './ready-pool.js';
import { sqliteDialect } from './sqlite.js';
import type { Database, Tables } from './tables.js';

type Use = 'work' | 'read-only';

/**
 * Opens the shop's database by its URL, as `database-url.ts` reads it.
 * `read-only`: the database itself refuses every change.
 * Throws with exit 2 for a URL that is neither, with exit 75 when a SQLite file is not there (it is never made).
 */
export async function openDatabase(url: string, use: Use = 'work'): Promise<Database> {
  const parsed = parseDatabaseUrl(url);
  return parsed.engine === 'sqlite' ? openSqlite(parsed.path, use) : openMysql(parsed.server, use);
}

async function openSqlite(path: string, use: Use): Promise<Database> {
  if (!existsSync(path)) {
    const hint = 'Check [database] url; orderbak works on the database of a shop and does not make one.';
    throw new OrderbakError(EXIT.away, 'database-away', `there is no SQLite database at ${path}`, hint);
  }
  try {
    // Opened to be read alone, a database in WAL mode would be left with files of this user's beside it.
    const pragmas = use === 'read-only' ? ['query_only = ON'] : [];
    const kysely = new Kysely<Tables>({
      dialect: new ExplainingDialect(await sqliteDialect(path, pragmas), path),
    });
    return { engine: 'sqlite', kysely, close: () => kysely.destroy() };
  } catch (error) {
    throw explainDatabaseError(error, path);
  }
}

const CHARSET = 'utf8mb4';
/** What the server, or its `init_connect`, may have set otherwise. */
const SETTINGS = [
  // A name that does not fit must be an error, never a shortened name.
  "sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,ERROR_FOR_DIVISION_BY_ZERO'",
  "time_zone = '+00:00'",
  'autocommit = 1',
  "completion_type = 'NO_CHAIN'",
  // Of an answer that is cut short, files would be missing that somebody knows.
  'sql_select_limit = 18446744073709551615',
  'group_concat_max_len = 1048576',
  // These guard against what people type, and against pages that take too long.
  'sql_safe_updates = 0',
  'sql_big_selects = 1 /*M! , max_statement_time = 0 */ /*!80000 , max_execution_time = 0 */',
];

async function openMysql(server: MysqlServer, use: Use): Promise<Database> {
  const { default: mysql } = await import('mysql2');
  const pool = mysql.createPool({
    ...server,
    charset: CHARSET,
    timezone: 'Z',
    dateStrings: true,
    supportBigNumbers: true,
    connectionLimit: 4,
    connectTimeout: 10_000,
    // Without a time the system's own holds: of a server that is gone without a word one would hear after two hours.
    enableKeepAlive: true,
    keepAliveInitialDelay: 30_000,
    // Nothing is prepared, and the room for it would be taken beforehand: half a megabyte a connection.
    maxPreparedStatements: 1,
  });
  const access = use === 'read-only' ? 'ONLY' : 'WRITE';
  const ready = readyPool(pool, [
    // Beside it, words of a view that compare in another way make no "illegal mix of collations".
    `SET NAMES ${CHARSET} COLLATE utf8mb4_bin`,
    `SET SESSION ${SETTINGS.join(', ')}`,
    // INSERT … SELECT must not lock the shop's rows that it reads.
    `SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED, READ ${access}`,
  ]);
  const kysely = new Kysely<Tables>({
    dialect: new ExplainingDialect(new MysqlDialect({ pool: ready }), null),
  });
  return { engine: 'mysql', kysely, close: () => kysely.destroy() };
}
