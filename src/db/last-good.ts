import type { Database } from './tables.js';

/** When the first run began that is still known, ms since 1970; null before it. A dry run is none. */
export async function firstBegun({ kysely }: Database): Promise<number | null> {
  const row = await kysely
    .selectFrom('orderbak_run')
    .select(({ fn }) => fn.min('started_ms').as('started'))
    .where('dry_run', '=', 0)
    .executeTakeFirst();
  const started = row?.started ?? null;
  return started === null ? null : Number(started);
}

/** When the last run of each step ended that went well, ms since 1970: to its end, with nothing failed, and no dry run. */
export async function lastGood({ kysely }: Database): Promise<ReadonlyMap<string, number>> {
  const rows = await kysely
    .selectFrom('orderbak_run')
    .select(({ fn }) => ['step', fn.max('ended_ms').as('ended')])
    .where('status', '=', 'completed')
    .where('failed', '=', 0)
    .where('dry_run', '=', 0)
    .groupBy('step')
    .execute();
  return new Map(rows.map(({ step, ended }) => [step, Number(ended)]));
}
