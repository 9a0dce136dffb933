import type { Selectable, SelectQueryBuilder } from 'kysely';
import { type FailureRecord, type RunRecord, type RunStatus, statusNow, type Wanted } from '../domain/run.js';
import { isAlive } from '../jobs/is-alive.js';
import { nullableNumber } from './nullable-number.js';
import type { Database, Tables } from './tables.js';

/** What stands as the code of a file that was held back: it lies beside those that failed. */
export const HELD = 'held';

/**
 * What one statement changes of runs, parts or failures. EXPLAIN (MariaDB 10.11) of failures by so many runs: range
 * orderbak_run_failure_run key_len 8. Of 200 it no longer looks how many rows each has (eq_range_index_dive_limit), and reads
 * the whole table where one run has most of them.
 */
export const ROWS_A_STATEMENT = 150;

type Row = Selectable<Tables['orderbak_run']> & { silent: number | null };

/** What failed, and what was held back. */
export function failures(kysely: Database['kysely']) {
  return kysely.selectFrom('orderbak_run_failure').selectAll();
}

type FailureRow = Selectable<Tables['orderbak_run_failure']>;

/** Asks, and answers the failures as they are known outside of the database. */
export async function readFailures(
  query: SelectQueryBuilder<Tables, 'orderbak_run_failure', FailureRow>,
): Promise<FailureRecord[]> {
  return (await query.execute()).map((row) => ({
    run: Number(row.run_id),
    step: row.step,
    id: nullableNumber(row.item_id),
    order: nullableNumber(row.id_order),
    path: row.path,
    code: row.code,
    message: row.message,
    attempts: row.attempts,
    failed: Number(row.failed_ms),
    settled: nullableNumber(row.settled_ms),
  }));
}

/** A run as it is known outside of the database, seen from a process on `host`. */
export function recordOf(row: Row, host: string): RunRecord {
  const silentMs = nullableNumber(row.silent);
  const here = isAlive(row.pid) ? 'alive' : 'gone';
  // The column is only ever written from these words.
  const stored = row.status as RunStatus;
  return {
    id: Number(row.id),
    parent: nullableNumber(row.parent_id),
    resumes: nullableNumber(row.resumes_id),
    step: row.step,
    status: statusNow(stored, row.host === host ? here : 'elsewhere', silentMs),
    wanted: row.wanted as Wanted | null,
    dryRun: Number(row.dry_run) === 1,
    origin: row.origin,
    host: row.host,
    pid: row.pid,
    user: row.user_name,
    version: row.version,
    told: row.choices,
    doorbell: row.doorbell,
    started: Number(row.started_ms),
    ended: nullableNumber(row.ended_ms),
    silentMs,
    counts: countsOf(row),
    bytes: Number(row.bytes),
    bytesPlanned: Number(row.bytes_planned),
    rate: Number(row.rate),
    leftMs: nullableNumber(row.left_ms),
    parts: Number(row.parts),
    partsDone: Number(row.parts_done),
    lastOrder: nullableNumber(row.last_order),
    errors: Number(row.errors),
    lastError: row.last_error,
    error: row.error,
    exit: row.exit_code,
  };
}

/** Counts, which a database may answer as texts. */
export function countsOf({ planned, done, skipped, held, failed }: RunRecord['counts']): RunRecord['counts'] {
  return {
    planned: Number(planned),
    done: Number(done),
    skipped: Number(skipped),
    held: Number(held),
    failed: Number(failed),
  };
}
