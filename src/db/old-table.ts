import { type RawBuilder, sql } from 'kysely';
import type { BakFile } from '../domain/order.js';
import { EXIT, OrderbakError } from '../errors.js';
import type { OrderFilter } from '../steps/ports/shop.js';
import { type BakRow, bakFileColumns, bakFileOf, hasMeaning, namesFile } from './bak-rows.js';
import { pageOf } from './order-ids.js';
import type { Database, Engine } from './tables.js';

/** What `[shadow]` says of the table into which an old system writes its marks. */
export interface OldMarks {
  readonly table: string;
  readonly backed_up: string;
  /** Null: `unlink_time`, where the table has it. */
  readonly unlinked: string | null;
}

const NEEDED = ['id', 'id_order', 'file_type', 'filename'];
/** The first one some old tables have; the others only orderbak writes, once `migrate` has adopted the table. */
const MORE = ['order_create_by', 'order_folder', 'file_size', 'file_sha256', 'thumb_fault'];

/**
 * A SELECT that gives an old system's table the columns of orderbak's: marks become text, and what means "not yet" (NULL,
 * 0, nothing, 0000-00-00) becomes NULL. Throws with exit 2 when there is no such table or column.
 */
export async function selectOldTable(database: Database, marks: OldMarks): Promise<string> {
  const { engine } = database;
  const columns = await columnsOf(database, marks.table);
  if (columns.size === 0) throw unfit(`the database has no table ${marks.table}`);
  const missing = [...NEEDED, marks.backed_up, marks.unlinked ?? 'id'].filter((name) => !columns.has(name));
  if (missing.length > 0) throw unfit(`the table ${marks.table} has no column ${missing.join(', ')}`);
  const mark = (column: string, name: string) =>
    `${columns.has(column) ? markOf(column, engine) : 'NULL'} AS ${name}`;
  const selected = [
    ...NEEDED,
    mark('order_create_time', 'order_create_time'),
    mark(marks.backed_up, 'bak_date_time'),
    mark(marks.unlinked ?? 'unlink_time', 'unlink_time'),
    mark('missing_time', 'missing_time'),
    ...MORE.map((name) => (columns.has(name) ? name : `NULL AS ${name}`)),
  ];
  // SQLite takes a table's own name inside its WITH for the WITH.
  return `SELECT ${selected.join(', ')} FROM ${engine === 'sqlite' ? 'main.' : ''}\`${marks.table}\``;
}

function markOf(column: string, engine: Engine): string {
  const text = `CAST(\`${column}\` AS ${engine === 'mysql' ? 'CHAR' : 'TEXT'})`;
  return `CASE WHEN TRIM(${text}) IN ('', '0', '0.0') OR ${text} LIKE '0000%' THEN NULL ELSE ${text} END`;
}

/** The names of a table's columns, in lower case; none when there is no such table. */
export async function columnsOf({ engine, kysely }: Database, table: string): Promise<ReadonlySet<string>> {
  const columns: RawBuilder<{ name: string }> =
    engine === 'mysql'
      ? sql`SELECT COLUMN_NAME AS name FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ${table}`
      : sql`SELECT name FROM pragma_table_info(${table})`;
  return new Set((await columns.execute(kysely)).rows.map(({ name }) => name.toLowerCase()));
}

/** Reads an old system's rows, in a database that looks as if it had been migrated. */
export function openOldRows({ engine, kysely }: Database) {
  return {
    /** The orders that have rows, ascending, at most `limit`, above `after`. */
    async orderIds(after: number, limit: number, only: OrderFilter): Promise<number[]> {
      const rows = await kysely
        .selectFrom('tbl_bak_order')
        .select('id_order')
        .distinct()
        .where('id_order', '>', after)
        .where(namesFile(engine))
        .$if(only !== null, (query) => query.where('id_order', 'in', only ?? []))
        .orderBy('id_order')
        .limit(limit)
        .execute();
      return pageOf(rows, after, 'the old table');
    },

    /** The rows of these orders that mean something. */
    async rowsOf(orderIds: readonly number[]): Promise<BakFile[]> {
      const rows: BakRow[] = await kysely
        .selectFrom('tbl_bak_order')
        .select(bakFileColumns)
        .where('id_order', 'in', orderIds)
        .where(namesFile(engine))
        .orderBy('id')
        .execute();
      return rows.filter(hasMeaning).map(bakFileOf);
    },
  };
}

function unfit(message: string): OrderbakError {
  const hint =
    'Name the table into which the old system writes its marks, and their columns, under [shadow] in the configuration.';
  return new OrderbakError(EXIT.usage, 'old-table', message, hint);
}
