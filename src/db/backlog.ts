import { sql } from 'kysely';
import {
  type Amount,
  type Backlog,
  type RecordedAt,
  ROW_STATES,
  type RowState,
  recordedAt,
} from '../domain/backlog.js';
import { FILE_TYPES } from '../domain/file-type.js';
import { namesFile } from './bak-rows.js';
import { nullableNumber } from './nullable-number.js';
import { waitingIn } from './quarantine.js';
import type { Database } from './tables.js';

const MOST_RUNS = 1000;

/** Counts what waits and what is over. Sizes are those of the receipts and the removals. Reads the whole table. */
export async function readBacklog({ engine, kysely }: Database): Promise<Backlog> {
  const { rows } = await sql<{ state: RowState; files: number; bytes: number | null; first: number }>`
    SELECT state, COUNT(*) AS files, SUM(file_size) AS bytes, MIN(id) AS first FROM (
      SELECT id, file_size, CASE
        WHEN unlink_time IS NOT NULL THEN 'unlinked'
        WHEN missing_time IS NOT NULL THEN 'missing'
        WHEN file_type = ${FILE_TYPES.discuss} THEN 'discuss'
        WHEN bak_date_time IS NOT NULL THEN 'backed-up'
        ELSE 'recorded' END AS state
      FROM tbl_bak_order WHERE ${namesFile(engine)}
    ) row_state GROUP BY state`.execute(kysely);
  const removed = await kysely
    .selectFrom('orderbak_deletion')
    .select(sql<number | null>`SUM(size)`.as('bytes'))
    .where('rule', 'in', ['discuss', 'backed-up'])
    .where('done_ms', 'is not', null)
    .executeTakeFirstOrThrow();
  const amountOf = (state: RowState): Amount => {
    const row = rows.find((candidate) => candidate.state === state);
    const bytes = state === 'unlinked' ? removed.bytes : (row?.bytes ?? null);
    return {
      files: Number(row?.files ?? 0),
      bytes: row === undefined ? 0 : nullableNumber(bytes),
    };
  };
  const first = rows.find((row) => row.state === 'recorded')?.first;
  const heaps = ROW_STATES.map((state) => [state, amountOf(state)] as const);
  return {
    // Made of all states, one line above.
    states: Object.fromEntries(heaps) as Backlog['states'],
    quarantine: await waitingTrash(kysely),
    oldest: first === undefined ? null : await orderOfRow(kysely, Number(first)),
  };
}

/** When a row was recorded, found from how many came after it and how many each run of `insert` has recorded. */
export async function readRecordedAt({ kysely }: Database, id: number): Promise<RecordedAt | null> {
  const { files } = await kysely
    .selectFrom('tbl_bak_order')
    .select(({ fn }) => fn.countAll<number>().as('files'))
    .where('id', '>=', id)
    .executeTakeFirstOrThrow();
  const runs = await kysely
    .selectFrom('orderbak_run')
    .select(['started_ms', 'done'])
    .where('step', '=', 'insert')
    .where('dry_run', '=', 0)
    .where('done', '>', 0)
    .orderBy('id', 'desc')
    .limit(MOST_RUNS)
    .execute();
  return recordedAt(
    Number(files),
    runs.map(({ started_ms, done }) => ({ started: Number(started_ms), files: Number(done) })),
  );
}

async function waitingTrash(kysely: Database['kysely']): Promise<Amount> {
  const { files, bytes } = await waitingIn(kysely)
    .select(({ fn }) => [fn.countAll<number>().as('files'), fn.sum<number | null>('d.size').as('bytes')])
    .executeTakeFirstOrThrow();
  return { files: Number(files), bytes: Number(bytes ?? 0) };
}

async function orderOfRow(kysely: Database['kysely'], id: number): Promise<Backlog['oldest']> {
  const row = await kysely
    .selectFrom('tbl_bak_order')
    .select('id_order')
    .where('id', '=', id)
    .executeTakeFirst();
  return row === undefined ? null : { id, order: Number(row.id_order) };
}
