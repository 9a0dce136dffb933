import { type Kysely, sql } from 'kysely';
import type { RunStart, Runs } from '../jobs/ports.js';
import { openFailureBook } from './failure-book.js';
import { forgetOld } from './forget-runs.js';
import { nowMs } from './now.js';
import type { Database, Tables } from './tables.js';
import { tellRun } from './tell-run.js';

/** Opens `orderbak_run`, `orderbak_run_part` and `orderbak_run_failure`, to be written. */
export function openRuns(database: Database): Runs {
  const { engine, kysely } = database;
  const now = nowMs(engine);
  return {
    async start(run) {
      const { step, dryRun, kin } = run;
      // Whoever starts a real run holds its lease: one of the same step that says it is running was killed.
      const bells = dryRun || step === 'run' ? [] : await closeLost(kysely, run);
      const row = rowOf(run, now);
      if (kin.night !== null) {
        await kysely.updateTable('orderbak_run').set(row).where('id', '=', kin.night.row).execute();
        return { run: kin.night.row, bells };
      }
      const result = await kysely.insertInto('orderbak_run').values(row).executeTakeFirstOrThrow();
      return { run: Number(result.insertId), bells };
    },

    async await(night, start, steps) {
      for (const step of steps) {
        await kysely
          .insertInto('orderbak_run')
          .values({ ...rowOf({ ...start, step }, now), status: 'pending', parent_id: night })
          .execute();
      }
      const rows = await kysely
        .selectFrom('orderbak_run')
        .select('id')
        .where('parent_id', '=', night)
        .orderBy('id')
        .execute();
      return rows.map(({ id }) => Number(id));
    },

    async hear(night) {
      await kysely
        .updateTable('orderbak_run')
        .set({ heard_ms: now })
        .where((where) =>
          where.or([
            where('id', '=', night),
            where.and([where('parent_id', '=', night), where('status', '=', 'pending')]),
          ]),
        )
        .execute();
    },

    openFailures: (step) => openFailureBook(database, step),

    tell(run, progress) {
      return kysely
        .transaction()
        .execute((transaction) => tellRun({ engine, kysely: transaction }, run, progress));
    },

    async disown(run, orders) {
      await kysely
        .deleteFrom('orderbak_run_part')
        .where('run_id', '=', run)
        .where('id_order', 'in', orders)
        .where('status', '=', 'pending')
        .execute();
    },

    async finish(run, { status, error, exit }, at) {
      await kysely
        .updateTable('orderbak_run')
        .set({ status, error, exit_code: exit, ended_ms: at, wanted: null, doorbell: null, left_ms: null })
        .where('id', '=', run)
        .execute();
    },

    forget: (before) => forgetOld(database, before),
  };
}

function rowOf({ dryRun, started, kin, user, told, ...run }: RunStart, now: ReturnType<typeof nowMs>) {
  return {
    ...run,
    user_name: user,
    choices: told,
    dry_run: dryRun ? 1 : 0,
    started_ms: started,
    status: 'running',
    heard_ms: now,
    parent_id: kin.night?.id ?? null,
    resumes_id: kin.resumes,
  };
}

/** Closes runs of this step that say that they are alive, and are not. Answers the doorbells of those of this host. */
async function closeLost(
  kysely: Kysely<Tables>,
  { step, host }: Pick<RunStart, 'step' | 'host'>,
): Promise<string[]> {
  const lost = await kysely
    .selectFrom('orderbak_run')
    .select(['id', 'host', 'doorbell'])
    .where('step', '=', step)
    .where('status', 'in', ['running', 'paused'])
    .where('dry_run', '=', 0)
    .execute();
  if (lost.length === 0) return [];
  await kysely
    .updateTable('orderbak_run')
    .set({
      status: 'lost',
      ended_ms: sql`COALESCE(heard_ms, started_ms)`,
      error: 'its process is gone',
      doorbell: null,
    })
    .where(
      'id',
      'in',
      lost.map(({ id }) => id),
    )
    .execute();
  return lost.flatMap((run) => (run.host === host && run.doorbell !== null ? [run.doorbell] : []));
}
