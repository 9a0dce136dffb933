import { sql } from 'kysely';
import type { NightSum } from '../domain/ledger.js';
import type { Database } from './tables.js';

/**
 * Sums up the runs of each step in nights that end at these moments, the first of which begins at `from` (ms since 1970): by
 * night, in the order in which the steps first began. A whole night is the sum of its steps, and dry runs did nothing.
 * EXPLAIN (MariaDB 10.11): ALL "Using temporary; Using filesort" of a row a step and night.
 */
export async function readNightSums(
  { kysely }: Database,
  from: number,
  ends: readonly number[],
): Promise<NightSum[]> {
  const nights = ends.map((end, night) => sql`WHEN started_ms < ${end} THEN ${night}`);
  const { rows } = await sql<NightSum>`
    SELECT CASE ${sql.join(nights, sql` `)} END AS night, step, COUNT(*) AS runs, SUM(done) AS done,
      SUM(skipped) AS skipped, SUM(failed) AS failed, SUM(bytes) AS bytes, MAX(id) AS last
    FROM orderbak_run
    WHERE started_ms >= ${from} AND started_ms < ${ends.at(-1) ?? from} AND dry_run = 0 AND step <> 'run'
    GROUP BY night, step ORDER BY night, MIN(id)`.execute(kysely);
  return rows.map(({ step, ...sums }) => ({
    step,
    night: Number(sums.night),
    runs: Number(sums.runs),
    done: Number(sums.done),
    skipped: Number(sums.skipped),
    failed: Number(sums.failed),
    bytes: Number(sums.bytes),
    last: Number(sums.last),
  }));
}
