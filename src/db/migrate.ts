import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { EXIT, isAway, messageOf, OrderbakError } from '../errors.js';
import { adoptStatements } from './adopt.js';
import { bytesCollation } from './bytes.js';
import { readExistingTable } from './existing-table.js';
import { isDenied, UNFIT_VIEW } from './explain-errors.js';
import { isThereAlready, readMigrations } from './migrations.js';
import { recordFolders } from './record-folders.js';
import type { Database } from './tables.js';
import { areViewsAsMade, checkViews, readsViews, readViews, viewStatements, viewsAsMade } from './views.js';

/**
 * The statements that bring the database up to date, in order; none when it is. `viewsFile` names the shop's own views,
 * null = the shipped ones. Reads only.
 */
export async function planMigration(database: Database, viewsFile: string | null): Promise<string[]> {
  const { engine } = database;
  const bytes = engine === 'mysql' ? await bytesCollation(database) : '';
  const tables = await readTables(database);
  const settings = await readSettings(database);
  const existing = await readExistingTable(database);
  const statements: string[] = [];
  for (const { name, statements: own } of await readMigrations(engine, bytes)) {
    if (settings.has(`migration ${name}`)) {
      // Of a table that was lost since, as where a copy of the database is put back without it.
      statements.push(...own.filter((statement) => !tables.has(tableOf(statement))));
    } else statements.push(...own, saveSetting(database, `migration ${name}`, "'done'"));
    if (name.endsWith('_bak_order') && existing !== null)
      statements.push(...adoptStatements(existing, engine, bytes));
  }
  const text = await readViews(engine, viewsFile);
  const digest = createHash('sha256').update(text).digest('hex');
  statements.push(...(await planViews(database, text, digest, settings)));
  if (settings.get('folders') !== digest)
    statements.push(recordFolders(engine), saveSetting(database, 'folders', `'${digest}'`));
  return statements;
}

/** So often it is looked what another migrate has left to do. */
const MOST_TURNS = 10;

/**
 * Brings the database up to date, and looks whether the views can be read. Answers how many statements it took. Throws with
 * the one that failed: of SQLite everything is then as before; MySQL commits each that changes tables by itself, and keeps
 * what came before it.
 */
export async function migrate(database: Database, viewsFile: string | null): Promise<number> {
  const planned = await planMigration(database, viewsFile);
  let statements = planned;
  for (let turn = 1; ; turn += 1) {
    try {
      await executeAll(database, statements);
      return planned.length;
    } catch (error) {
      if (turn === MOST_TURNS || !isSomebodyElses(error)) throw error;
      statements = await planMigration(database, viewsFile);
    }
  }
}

async function executeAll(database: Database, statements: readonly string[]): Promise<void> {
  const carryOut = async (within: Database) => {
    for (const statement of statements) await execute(within, statement);
    await checkViews(within);
  };
  if (database.engine === 'mysql') await carryOut(database);
  else await database.kysely.transaction().execute((kysely) => carryOut({ ...database, kysely }));
}

/** Whether a statement failed as when another migrate is at work: what it makes is there, what it drops is gone, or half made. */
function isSomebodyElses(error: unknown): boolean {
  return /duplicate key name|can't drop|no such index|already exists|concurrent ddl/i.test(messageOf(error));
}

const FOR_A_DBA = '`orderbak migrate --print` prints all that is left to do, for a DBA to run.';

async function execute({ kysely }: Database, statement: string): Promise<void> {
  try {
    await sql.raw(statement).execute(kysely);
  } catch (error) {
    if (isThereAlready(error)) return;
    if (isAway(error)) throw error;
    if (isDenied(error)) {
      const message = `a statement failed: ${messageOf(error)}`;
      throw new OrderbakError(
        EXIT.failed,
        'migrate',
        message,
        `${FOR_A_DBA} Or let him give this account the rights that the README names for migrate.`,
        error,
      );
    }
    throw new OrderbakError(
      EXIT.failed,
      'migrate',
      `this statement failed: ${messageOf(error)}\n\n${statement}\n`,
      readsViews(statement) ? UNFIT_VIEW : `${FOR_A_DBA} Running migrate again goes on from here.`,
      error,
    );
  }
}

/** The id that the root's marker must carry; null before `migrate`. */
export async function readRootId(database: Database): Promise<string | null> {
  return (await readSettings(database)).get('root') ?? null;
}

/** Remembers the id of the root's marker. */
export async function saveRootId(database: Database, id: string): Promise<void> {
  await sql`REPLACE INTO orderbak_setting (name, value) VALUES ('root', ${id})`.execute(database.kysely);
}

async function planViews(
  database: Database,
  text: string,
  digest: string,
  settings: ReadonlyMap<string, string>,
): Promise<string[]> {
  if (settings.get('views') === digest && (await areViewsAsMade(database, settings.get('views made'))))
    return [];
  return [
    ...viewStatements(database.engine, text),
    saveSetting(database, 'views made', viewsAsMade(database.engine)),
    saveSetting(database, 'views', `'${digest}'`),
  ];
}

/** Which table a statement of a migration makes or changes. */
function tableOf(statement: string): string {
  return /\b(?:TABLE|INDEX IF NOT EXISTS \w+ ON) (?:IF NOT EXISTS )?(\w+)/.exec(statement)?.[1] ?? '';
}

/** The names of the tables that are there. */
async function readTables({ engine, kysely }: Database): Promise<Set<string>> {
  const tables =
    engine === 'mysql'
      ? sql<{
          name: string;
        }>`SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()`
      : sql<{ name: string }>`SELECT name FROM sqlite_master WHERE type = 'table'`;
  return new Set((await tables.execute(kysely)).rows.map(({ name }) => name));
}

async function readSettings(database: Database): Promise<Map<string, string>> {
  if (!(await readTables(database)).has('orderbak_setting')) return new Map();
  const settings = await database.kysely.selectFrom('orderbak_setting').selectAll().execute();
  return new Map(settings.map(({ name, value }) => [name, value]));
}

/** As text, so that `--print` can show it. `name` is orderbak's own, `value` is SQL. */
function saveSetting({ engine }: Database, name: string, value: string): string {
  const replace = engine === 'mysql' ? 'REPLACE INTO' : 'INSERT OR REPLACE INTO';
  return `${replace} orderbak_setting (name, value) VALUES ('${name}', ${value})`;
}
