import { sql } from 'kysely';
import type { SampledFile, SampledOrder } from '../domain/sample.js';
import { textOf } from './bytes.js';
import { nullableNumber } from './nullable-number.js';
import type { Database, RawId } from './tables.js';

/** What the database is, e.g. `MariaDB 10.11.6`, and whether orderbak works on it. */
export interface DatabaseKind {
  readonly name: string;
  readonly isOld: boolean;
}

/** What is said to who has an older one. */
export const NEEDED_DATABASE = 'orderbak needs MariaDB 10.6 or newer, MySQL 8 or newer, or SQLite.';

/** Asks the database what it is: MariaDB from 10.6, MySQL from 8, and any SQLite will do. */
export async function databaseKind({ engine, kysely }: Database): Promise<DatabaseKind> {
  const ask = engine === 'mysql' ? sql<{ version: string }>`SELECT VERSION() AS version` : SQLITE_VERSION;
  const version = (await ask.execute(kysely)).rows[0]?.version ?? '?';
  const number = /^\d+(\.\d+)*/.exec(version)?.[0] ?? version;
  if (engine === 'sqlite') return { name: `SQLite ${number}`, isOld: false };
  const [major = 0, minor = 0] = number.split('.').map(Number);
  const isMaria = /mariadb/i.test(version);
  const isOld = isMaria ? major < 10 || (major === 10 && minor < 6) : major < 8;
  return { name: `${isMaria ? 'MariaDB' : 'MySQL'} ${number}`, isOld };
}

const SQLITE_VERSION = sql<{ version: string }>`SELECT sqlite_version() AS version`;

/** How far the database's clock is ahead of this machine's, ms; null for SQLite, which has no clock of its own. */
export async function clockAhead({ engine, kysely }: Database, now: () => number): Promise<number | null> {
  if (engine === 'sqlite') return null;
  const asked = now();
  const { rows } = await sql<{ ms: number }>`SELECT UNIX_TIMESTAMP(NOW(3)) * 1000 AS ms`.execute(kysely);
  // What the answer says is of a moment between question and answer.
  return Math.round(Number(rows[0]?.ms) - (asked + now()) / 2);
}

/** How far the database's own zone, in which an application's `NOW()` is written, is ahead of UTC, seconds; null where it has none. */
export async function ownOffset({ engine, kysely }: Database): Promise<number | null> {
  if (engine === 'sqlite') return null;
  const { rows } = await sql<{ seconds: number | null }>`
    SELECT TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(), CONVERT_TZ(UTC_TIMESTAMP(), '+00:00', @@global.time_zone)) AS seconds
  `.execute(kysely);
  return nullableNumber(rows[0]?.seconds ?? null);
}

/** The columns of the view's orders that the database gives in UTC, whatever the zone of who wrote them: those of type TIMESTAMP. */
export async function timesInUtc({ engine, kysely }: Database): Promise<string[]> {
  if (engine === 'sqlite') return [];
  const { rows } = await sql<{ name: string }>`
    SELECT COLUMN_NAME AS name FROM information_schema.COLUMNS
    WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'orderbak_order' AND DATA_TYPE = 'timestamp'
    ORDER BY ORDINAL_POSITION`.execute(kysely);
  return rows.map((row) => row.name);
}

/** The newest orders of the view, at most `limit`, and the files that they name; as they come. */
export async function sampleOrders(
  { kysely }: Database,
  limit: number,
): Promise<{ orders: SampledOrder[]; files: SampledFile[] }> {
  const rows = await kysely
    .selectFrom('orderbak_order')
    .selectAll()
    .orderBy('id_order', 'desc')
    .limit(limit)
    .execute();
  const orders = rows.map((row) => ({
    ...row,
    create_time: textOf(row.create_time),
    create_by: textOf(row.create_by),
    done_time: textOf(row.done_time),
    folder: textOf(row.folder),
  }));
  const ids = orders.map((order) => order.id_order);
  if (ids.length === 0) return { orders, files: [] };
  const files = await kysely
    .selectFrom('orderbak_order_file')
    .select(['id_order', 'file_type', 'filename'])
    .where('id_order', 'in', ids)
    .execute();
  return { orders, files: files.map((file) => ({ ...file, filename: textOf(file.filename) })) };
}

/** An order that the view gives more than once, which it must not; null when there is none. */
export async function orderGivenTwice({ kysely }: Database): Promise<RawId | null> {
  const { rows } = await sql<{ id_order: RawId }>`
    SELECT id_order FROM orderbak_order GROUP BY id_order HAVING COUNT(*) > 1 LIMIT 1`.execute(kysely);
  return rows[0]?.id_order ?? null;
}

/**
 * Throws unless orderbak may read and write its own tables. The statements touch no row: a database looks at the rights
 * before it looks for rows. Answers how many tables there are.
 */
export async function tryRights({ kysely }: Database): Promise<number> {
  const tables = (await kysely.introspection.getTables()).filter(
    ({ name, isView }) => !isView && (name === 'tbl_bak_order' || name.startsWith('orderbak_')),
  );
  for (const { name, columns } of tables) {
    const demanded = columns.filter(
      (column) => !column.isNullable && !column.hasDefaultValue && !column.isAutoIncrementing,
    );
    const some = (demanded.length > 0 ? demanded : columns.slice(0, 1)).map((column) => sql.ref(column.name));
    const [table, list] = [sql.table(name), sql.join(some)];
    await sql`INSERT INTO ${table} (${list}) SELECT ${list} FROM ${table} WHERE 1 = 0`.execute(kysely);
    await sql`UPDATE ${table} SET ${some[0]} = ${some[0]} WHERE 1 = 0`.execute(kysely);
    await sql`DELETE FROM ${table} WHERE 1 = 0`.execute(kysely);
  }
  return tables.length;
}
