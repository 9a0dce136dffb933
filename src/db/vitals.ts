import { sql } from 'kysely';
import { nullableNumber } from './nullable-number.js';
import type { Database } from './tables.js';

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
