import { sql } from 'kysely';
import { EXIT, messageOf, OrderbakError } from '../errors.js';
import { splitSql } from './split-sql.js';
import type { Database } from './tables.js';

const VIEWS = ['orderbak_order', 'orderbak_order_file', 'orderbak_unreadable'] as const;
/** MariaDB and MySQL only, and a shop's own views need not have it. */
const LISTS_VIEW = 'orderbak_order_list';
const COLUMNS: Readonly<Record<(typeof VIEWS)[number] | typeof LISTS_VIEW, string>> = {
  orderbak_order: 'id_order, create_time, create_by, status, done_time, folder',
  orderbak_order_file: 'id_order, id_job, id_rework, id_discuss, file_type, filename',
  orderbak_unreadable: 'id_order, origin, origin_id',
  orderbak_order_list: 'id_order, fingerprint',
};

/** Throws when a view does not have the columns that orderbak reads. */
export async function checkViews(database: Database): Promise<void> {
  const more = (await hasListsView(database)) ? ([LISTS_VIEW] as const) : [];
  for (const view of [...VIEWS, ...more]) {
    try {
      await sql.raw(`SELECT ${COLUMNS[view]} FROM ${view} WHERE 1 = 0`).execute(database.kysely);
    } catch (error) {
      throw new OrderbakError(
        EXIT.failed,
        'bad-view',
        `the view ${view} cannot be read: ${messageOf(error)}`,
        `It needs the columns ${COLUMNS[view]}. Correct the file in [source] views and run \`orderbak migrate\` again.`,
        error,
      );
    }
  }
}

/** Whether all views are there that orderbak cannot do without. */
export async function haveViews(database: Database): Promise<boolean> {
  return (await countViews(database, VIEWS)) === VIEWS.length;
}

/** Whether the shop's views tell what makes its lists different from what they were. */
export async function hasListsView(database: Database): Promise<boolean> {
  return database.engine === 'mysql' && (await countViews(database, [LISTS_VIEW])) === 1;
}

/** The statements that install the views of a file, whatever was installed before. */
export function viewStatements(engine: Database['engine'], text: string): string[] {
  const statements = splitSql(text);
  const create = /^CREATE\s+(OR\s+REPLACE\s+)?VIEW\s+/i;
  if (engine === 'sqlite') {
    const drops = VIEWS.map((view) => `DROP VIEW IF EXISTS ${view}`);
    return [...drops, ...statements.map((statement) => statement.replace(create, 'CREATE VIEW '))];
  }
  // What was seen through other views is not believed: not if this ends half-way, and not if `insert` runs meanwhile.
  const forget = 'DELETE FROM orderbak_seen';
  const creates = statements.map((statement) => statement.replace(create, 'CREATE OR REPLACE VIEW '));
  return [forget, `DROP VIEW IF EXISTS ${LISTS_VIEW}`, ...creates, forget];
}

async function countViews({ engine, kysely }: Database, names: readonly string[]): Promise<number> {
  const views =
    engine === 'mysql'
      ? sql`SELECT 1 FROM information_schema.VIEWS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME IN (${sql.join(names)})`
      : sql`SELECT 1 FROM sqlite_master WHERE type = 'view' AND name IN (${sql.join(names)})`;
  return (await views.execute(kysely)).rows.length;
}
