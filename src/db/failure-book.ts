import { tmpdir } from 'node:os';
import { type Selectable, sql } from 'kysely';
import { pagesOf } from '../domain/pages.js';
import { EXIT, messageOf, OrderbakError } from '../errors.js';
import { keyOf } from '../jobs/parts.js';
import type { FailureBook, OpenFailure } from '../jobs/ports.js';
import { nullableNumber } from './nullable-number.js';
import { openTemporary, type SqliteDatabase } from './sqlite.js';
import type { Database, Tables } from './tables.js';

const PAGE = 1000;

type OpenRow = Pick<
  Selectable<Tables['orderbak_run_failure']>,
  'id' | 'run_id' | 'item_id' | 'path' | 'message' | 'attempts' | 'failed_ms'
>;

const EMPTY: FailureBook = { isEmpty: true, meet: () => undefined, unmet: () => [], close() {} };

/**
 * Opens the failures of a step that are not settled. They are copied into a temporary file, where each is found at once however
 * many they are: the shop's database has no index of their files, and files are met in any order.
 * Throws (exit 1) where the temporary folder is full.
 */
export async function openFailureBook({ engine, kysely }: Database, step: string): Promise<FailureBook> {
  // EXPLAIN (MariaDB 10.11): range orderbak_run_failure_open key_len 147; without it all up to where the page begins is read
  // for each page anew.
  const byIndex = engine === 'mysql' ? sql`FORCE INDEX (orderbak_run_failure_open)` : sql``;
  const read = async (after: number) => {
    const { rows } = await sql<OpenRow>`
      SELECT id, run_id, item_id, path, message, attempts, failed_ms FROM orderbak_run_failure ${byIndex}
      WHERE step = ${step} AND settled_ms IS NULL AND id > ${after} ORDER BY id LIMIT ${PAGE}`.execute(
      kysely,
    );
    return rows;
  };
  let book: SqliteDatabase | null = null;
  for await (const page of pagesOf(read, ({ id }) => Number(id))) {
    book ??= await newBook();
    enter(
      book,
      page.map(({ id, run_id, item_id, path, message, attempts, failed_ms }) => {
        const key = keyOf({ id: nullableNumber(item_id), path });
        return [key, Number(id), Number(run_id), message, attempts, Number(failed_ms)];
      }),
    );
  }
  return book === null ? EMPTY : bookOf(book);
}

async function newBook(): Promise<SqliteDatabase> {
  const book = await openTemporary();
  book.exec(`CREATE TABLE failure (
    file TEXT PRIMARY KEY, "row" INTEGER, run INTEGER, message TEXT, attempts INTEGER, failed INTEGER, met INTEGER DEFAULT 0) WITHOUT ROWID`);
  return book;
}

function enter(book: SqliteDatabase, failures: readonly (readonly (string | number)[])[]): void {
  try {
    book.exec('BEGIN');
    // Of two failures of a file the later one counts.
    const add = book.prepare(
      'INSERT OR REPLACE INTO failure (file, "row", run, message, attempts, failed) VALUES (?, ?, ?, ?, ?, ?)',
    );
    for (const failure of failures) add.run(...failure);
    book.exec('COMMIT');
  } catch (error) {
    const message = `what failed before cannot be written to a temporary file: ${messageOf(error)}`;
    const hint = `Make room in ${tmpdir()}, or name another folder in the environment variable TMPDIR (on Windows TEMP).`;
    throw new OrderbakError(EXIT.failed, 'no-temporary', message, hint, error);
  }
}

function bookOf(book: SqliteDatabase): FailureBook {
  const meet = book.prepare(
    'UPDATE failure SET met = 1 WHERE file = ? RETURNING "row", run, message, attempts, failed',
  );
  const unmet = book.prepare('SELECT "row" FROM failure WHERE met = 0');
  // Written above, of just these columns.
  const rows = () => unmet.iterate() as IterableIterator<Pick<OpenFailure, 'row'>>;
  return {
    isEmpty: false,
    meet: (key) => meet.get(key) as OpenFailure | undefined,
    unmet: () => Array.from(rows(), ({ row }) => row),
    close: () => book.close(),
  };
}
