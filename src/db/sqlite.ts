import { type DatabaseConnection, SqliteDialect, type SqliteDialectConfig, SqliteDriver } from 'kysely';
import { messageOf } from '../errors.js';
import { takingTurns } from '../steps/turns.js';

/** What both SQLite modules give; `node:sqlite` where Node has it, else the same interface from npm. */
interface SqliteModule {
  DatabaseSync: new (path: string, options: { timeout: number }) => SqliteDatabase;
}

/** An open database of SQLite, which answers at once. */
export interface SqliteDatabase {
  prepare(sql: string): SqliteStatement;
  exec(sql: string): void;
  close(): void;
}

interface SqliteStatement {
  get(...parameters: unknown[]): unknown;
  all(...parameters: unknown[]): unknown[];
  run(...parameters: unknown[]): { changes: number | bigint; lastInsertRowid: number | bigint };
  iterate(...parameters: unknown[]): IterableIterator<unknown>;
}

const BUSY_MS = 20_000;

/** Opens a SQLite file as a Kysely dialect. `pragmas` are run once, e.g. `journal_mode = WAL`. */
export async function sqliteDialect(path: string, pragmas: readonly string[] = []): Promise<SqliteDialect> {
  const { DatabaseSync } = await loadSqlite();
  const database = new DatabaseSync(path, { timeout: BUSY_MS });
  for (const pragma of pragmas) database.exec(`PRAGMA ${pragma}`);
  return new PatientDialect({
    database: {
      prepare(sql) {
        const statement = database.prepare(sql);
        return {
          reader: /^\s*(select|pragma|explain|with|values)\b/i.test(sql) || /\breturning\b/i.test(sql),
          all: (parameters) => statement.all(...parameters),
          run: (parameters) => statement.run(...parameters),
          iterate: (parameters) => statement.iterate(...parameters),
        };
      },
      close: () => database.close(),
    },
  });
}

/** Opens a database that is nobody else's and gone once it is closed: what is too much for memory lies in a file without a name. */
export async function openTemporary(): Promise<SqliteDatabase> {
  const { DatabaseSync } = await loadSqlite();
  return new DatabaseSync('', { timeout: BUSY_MS });
}

class PatientDialect extends SqliteDialect {
  constructor(private readonly settings: SqliteDialectConfig) {
    super(settings);
  }
  override createDriver() {
    return new PatientDriver(this.settings);
  }
}

/** SQLite answers at once: who asks it again and again would wait for nothing. In a transaction nobody else has a turn. */
class PatientDriver extends SqliteDriver {
  private readonly turn = takingTurns();

  override async acquireConnection() {
    await this.turn();
    return super.acquireConnection();
  }

  /** After a fault of the disk SQLite has rolled back by itself; that it cannot do so again would hide what the fault was. */
  override async rollbackTransaction(connection: DatabaseConnection) {
    try {
      await super.rollbackTransaction(connection);
    } catch (error) {
      if (!/no transaction is active/i.test(messageOf(error))) throw error;
    }
  }
}

async function loadSqlite(): Promise<SqliteModule> {
  // Node 22 and 24 print a warning that node:sqlite is experimental, which cron would mail each night.
  const emitWarning = process.emitWarning;
  process.emitWarning = () => {};
  try {
    // The types of this Node do not know node:sqlite yet; both modules are the interface above.
    const name = 'node:sqlite';
    return (await import(name)) as SqliteModule;
  } catch {
    return (await import('@photostructure/sqlite')) as unknown as SqliteModule;
  } finally {
    process.emitWarning = emitWarning;
  }
}
