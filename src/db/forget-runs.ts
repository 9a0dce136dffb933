import { type Kysely, sql } from 'kysely';
import { pagesOf } from '../domain/pages.js';
import { LEASE_TTL } from '../domain/run.js';
import { nowMs } from './now.js';
import type { Database, Tables } from './tables.js';

/**
 * EXPLAIN (MariaDB 10.11) of failures by so many runs: range orderbak_run_failure_run key_len 8. Of 200 it no longer looks how
 * many rows each has (eq_range_index_dive_limit), and reads the whole table where one run has most of them.
 */
const ROWS_A_STATEMENT = 150;
const PAGE = 1000;

/**
 * Forgets runs that ended before a moment (ms since 1970), but never the last of a step, nor one that may be alive; answers
 * how many. What was removed, and its receipts, are remembered for ever.
 */
export async function forgetOld({ engine, kysely }: Database, before: number): Promise<number> {
  const last = await kysely
    .selectFrom('orderbak_run')
    .select(({ fn }) => fn.max('id').as('id'))
    .groupBy('step')
    .execute();
  if (last.length === 0) return 0;
  // EXPLAIN (MariaDB 10.11): range PRIMARY key_len 8; what is old stands first.
  const old = kysely
    .selectFrom('orderbak_run')
    .select('id')
    .where('started_ms', '<', before)
    .where((where) =>
      where.or([
        where('ended_ms', '<', before),
        where.and([
          where('ended_ms', 'is', null),
          where('heard_ms', '<', before),
          where('heard_ms', '<', sql<number>`${nowMs(engine)} - ${LEASE_TTL}`),
        ]),
        where('heard_ms', 'is', null),
      ]),
    )
    .where(
      'id',
      'not in',
      last.map(({ id }) => id),
    )
    .orderBy('id')
    .limit(PAGE);
  const pages = pagesOf(
    (after) => old.where('id', '>', after).execute(),
    ({ id }) => Number(id),
  );
  let forgotten = 0;
  for await (const page of pages) {
    const ids = page.map(({ id }) => id);
    await forgetRuns(kysely, ids);
    forgotten += ids.length;
  }
  await kysely
    .deleteFrom('orderbak_run_failure')
    .where('failed_ms', '<', before)
    .where('settled_ms', 'is not', null)
    .execute();
  return forgotten;
}

/** Takes these runs out of the record, with their parts and failures; what still waits to be tried again stays known. */
export async function forgetRuns(kysely: Kysely<Tables>, ids: readonly number[]): Promise<void> {
  for (const some of inPieces(ids)) {
    await kysely.deleteFrom('orderbak_run_part').where('run_id', 'in', some).execute();
    await kysely
      .deleteFrom('orderbak_run_failure')
      .where('run_id', 'in', some)
      .where('settled_ms', 'is not', null)
      .execute();
    await kysely.deleteFrom('orderbak_run').where('id', 'in', some).execute();
  }
}

/** A list in pieces that fit into one statement. */
export function inPieces<T>(list: readonly T[]): T[][] {
  const pieces: T[][] = [];
  for (let i = 0; i < list.length; i += ROWS_A_STATEMENT) pieces.push(list.slice(i, i + ROWS_A_STATEMENT));
  return pieces;
}
