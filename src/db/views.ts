import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import { EXIT, isAway, messageOf, OrderbakError } from '../errors.js';
import { UNFIT_VIEW } from './explain-errors.js';
import { SQL_FOLDER } from './migrations.js';
import { idsAreText } from './order-ids.js';
import { splitSql } from './split-sql.js';
import type { Database, Engine } from './tables.js';

const VIEWS = ['orderbak_order', 'orderbak_order_file', 'orderbak_unreadable'] as const;
const LISTS_VIEW = 'orderbak_order_list';
const RAW_VIEW = 'orderbak_order_raw';
/** MariaDB and MySQL only, and a shop's own views need not have them. */
const MORE_VIEWS = [LISTS_VIEW, RAW_VIEW] as const;
const COLUMNS: Readonly<Record<(typeof VIEWS | typeof MORE_VIEWS)[number], string>> = {
  orderbak_order: 'id_order, create_time, create_by, status, done_time, folder',
  orderbak_order_file: 'id_order, id_job, id_rework, id_discuss, file_type, filename',
  orderbak_unreadable: 'id_order, origin, origin_id',
  orderbak_order_list: 'id_order, fingerprint',
  orderbak_order_raw: 'id_order, main, ref, complete, rework, discuss',
};

/** Whether a statement makes one of the views, or asks it. */
export function readsViews(statement: string): boolean {
  return new RegExp(`\\b(${[...VIEWS, ...MORE_VIEWS].join('|')})\\b`).test(statement);
}

/** Throws `bad-view` when a view does not have the columns that orderbak reads, `bad-id` when it gives the orders' ids as text. */
export async function checkViews(database: Database): Promise<void> {
  const views: (keyof typeof COLUMNS)[] = [...VIEWS];
  for (const view of MORE_VIEWS) if (await hasView(database, view)) views.push(view);
  for (const view of views) {
    try {
      await sql.raw(`SELECT ${COLUMNS[view]} FROM ${view} WHERE 1 = 0`).execute(database.kysely);
    } catch (error) {
      if (isAway(error)) throw error;
      throw new OrderbakError(
        EXIT.failed,
        'bad-view',
        `the view ${view} cannot be read: ${messageOf(error)}`,
        `It needs the columns ${COLUMNS[view]}. ${UNFIT_VIEW}`,
        error,
      );
    }
  }
  await checkIds(database);
}

/** Throws when the orders' ids are text: nothing could go through the orders by their ids. */
async function checkIds({ engine, kysely }: Database): Promise<void> {
  // A number is said to collate as bytes do. In SQLite each value has its own type, and text comes after numbers.
  const question =
    engine === 'mysql'
      ? sql<{ kind: string }>`SELECT COLLATION(MAX(id_order)) AS kind FROM orderbak_order WHERE 1 = 0`
      : sql<{
          kind: string;
        }>`SELECT typeof(id_order) AS kind FROM orderbak_order ORDER BY id_order DESC LIMIT 1`;
  const [row] = (await question.execute(kysely)).rows;
  if (row !== undefined && !['binary', 'integer', 'real', 'null'].includes(row.kind))
    throw idsAreText('the view orderbak_order');
}

/** MariaDB and MySQL show '' to an account that may not see how a view is made. */
const HIDDEN = createHash('sha256').update('').digest('hex');

/**
 * SQL for the value by which views are known again that somebody has altered: what the database itself has made of them. The
 * name of the database is left out, so that a copy of it under another name keeps the value.
 */
export function viewsAsMade(engine: Engine): string {
  const names = [...VIEWS, ...MORE_VIEWS].map((view) => `'${view}'`).join(', ');
  const made =
    engine === 'mysql'
      ? `SELECT GROUP_CONCAT(SHA2(REPLACE(VIEW_DEFINITION, CONCAT('\`', DATABASE(), '\`.'), ''), 256) ORDER BY TABLE_NAME)
  FROM information_schema.VIEWS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME IN (${names})`
      : `SELECT group_concat(sql)
  FROM (SELECT sql FROM sqlite_master WHERE type = 'view' AND name IN (${names}) ORDER BY name)`;
  return `COALESCE((${made}), '')`;
}

/**
 * Whether the views that orderbak cannot do without are there as they were made, when their value was `made`. Of an account
 * that may not see how they are made no more can be asked than whether it can read them.
 */
export async function areViewsAsMade(database: Database, made: string | undefined): Promise<boolean> {
  if ((await countViews(database, VIEWS)) < VIEWS.length) return false;
  const { rows } = await sql
    .raw<{ now: string }>(`SELECT ${viewsAsMade(database.engine)} AS now`)
    .execute(database.kysely);
  const now = rows[0]?.now ?? '';
  if (database.engine === 'sqlite' || !now.includes(HIDDEN)) return now === made;
  try {
    await checkViews(database);
    return true;
  } catch (error) {
    if (error instanceof OrderbakError && error.code === 'bad-view') return false;
    throw error;
  }
}

/** Whether the shop's views tell what makes its lists different from what they were. */
export function hasListsView(database: Database): Promise<boolean> {
  return hasView(database, LISTS_VIEW);
}

/** Whether the shop's views give its lists as they are. */
export function hasRawView(database: Database): Promise<boolean> {
  return hasView(database, RAW_VIEW);
}

async function hasView(database: Database, view: (typeof MORE_VIEWS)[number]): Promise<boolean> {
  return database.engine === 'mysql' && (await countViews(database, [view])) === 1;
}

/** The text of the views' file: the shop's own, or for null the shipped one. Throws with exit 2 when it cannot be read. */
export async function readViews(engine: Engine, file: string | null): Promise<string> {
  try {
    return await readFile(file ?? join(SQL_FOLDER, 'source', `${engine}.sql`), 'utf8');
  } catch (error) {
    const message = `the views file cannot be read: ${messageOf(error)}`;
    throw new OrderbakError(EXIT.usage, 'views-file', message, 'Correct [source] views.');
  }
}

/** A statement that makes a view, whatever it says of how (`ALGORITHM`, `SQL SECURITY`), and the view's name. */
const NAMED =
  /^CREATE\s+(?:OR\s+REPLACE\s+)?((?:(?!AS\s)\S+\s+)*?)VIEW\s+(?:IF\s+NOT\s+EXISTS\s+)?((?:[`"]?\w+[`"]?\.)?[`"]?(\w+))/i;

/** The statements that install the views of a file, whatever was installed before. Throws when it does not make all three. */
export function viewStatements(engine: Engine, text: string): string[] {
  const statements = splitSql(text, engine);
  // The three may stand on others of their file.
  const named = statements.flatMap((statement) => NAMED.exec(statement)?.[3]?.toLowerCase() ?? []);
  mustBeAll(named);
  if (engine === 'sqlite') {
    const drops = named.map((view) => `DROP VIEW IF EXISTS ${view}`);
    return [...drops, ...statements.map((statement) => statement.replace(NAMED, 'CREATE $1VIEW $2'))];
  }
  // What was seen through other views is not believed: not if this ends half-way, and not if `insert` runs meanwhile.
  const forget = 'DELETE FROM orderbak_seen';
  const creates = statements.map((statement) => statement.replace(NAMED, 'CREATE OR REPLACE $1VIEW $2'));
  const drops = MORE_VIEWS.filter((view) => !named.includes(view)).map(
    (view) => `DROP VIEW IF EXISTS ${view}`,
  );
  return [forget, ...drops, ...creates, forget];
}

/** One that is left out would stay as another file has made it. */
function mustBeAll(named: readonly string[]): void {
  const missing = VIEWS.filter((view) => !named.includes(view));
  if (missing.length === 0) return;
  const words = missing.join(', ').replace(/, (?=\w+$)/, ' and ');
  throw new OrderbakError(
    EXIT.failed,
    'bad-view',
    `the views file makes no view ${words}`,
    `It needs a CREATE VIEW for each of ${VIEWS.join(', ')}. Correct the file in [source] views and run \`orderbak migrate\` again.`,
  );
}

async function countViews({ engine, kysely }: Database, names: readonly string[]): Promise<number> {
  const views =
    engine === 'mysql'
      ? sql`SELECT 1 FROM information_schema.VIEWS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME IN (${sql.join(names)})`
      : sql`SELECT 1 FROM sqlite_master WHERE type = 'view' AND name IN (${sql.join(names)})`;
  return (await views.execute(kysely)).rows.length;
}
