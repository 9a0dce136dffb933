import { type Kysely, sql } from 'kysely';
import { pagesOf } from '../domain/pages.js';
import { piecesOf } from '../domain/pieces.js';
import { LEASE_TTL } from '../domain/run.js';
import { nowMs } from './now.js';
import { ROWS_A_STATEMENT } from './run-rows.js';
import type { Database, Tables } from './tables.js';

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
  for (const some of piecesOf(ids, ROWS_A_STATEMENT)) {
    await kysely.deleteFrom('orderbak_run_part').where('run_id', 'in', some).execute();
    await kysely
      .deleteFrom('orderbak_run_failure')
      .where('run_id', 'in', some)
      .where('settled_ms', 'is not', null)
      .execute();
    await kysely.deleteFrom('orderbak_run').where('id', 'in', some).execute();
  }
}
