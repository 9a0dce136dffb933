import { type Kysely, sql } from 'kysely';
import type { Wanted } from '../domain/run.js';
import type { Kin, Progress, RunStart, Runs } from '../jobs/ports.js';
import { forgetOld, inPieces } from './forget-runs.js';
import { nowMs } from './now.js';
import { HELD } from './run-history.js';
import type { Database, Engine, Tables } from './tables.js';

/** Opens `orderbak_run`, `orderbak_run_part` and `orderbak_run_failure`, to be written. */
export function openRuns({ engine, kysely }: Database): Runs {
  const now = nowMs(engine);
  return {
    async start(run) {
      const { step, dryRun, host, kin } = run;
      // Whoever starts a real run holds its lease: one of the same step that says it is running was killed.
      const bells = dryRun || step === 'run' ? [] : await closeLost(kysely, step, host);
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

    async openFailures(step) {
      const rows = await kysely
        .selectFrom('orderbak_run_failure')
        .select(['id', 'item_id', 'path', 'message', 'attempts', 'failed_ms'])
        .where('step', '=', step)
        .where('settled_ms', 'is', null)
        .execute();
      return rows.map(({ id, item_id, failed_ms, ...failure }) => ({
        ...failure,
        row: Number(id),
        id: item_id === null ? null : Number(item_id),
        failed: Number(failed_ms),
      }));
    },

    tell(run, kin, progress, at) {
      return kysely.transaction().execute(async (transaction) => {
        await transaction
          .updateTable('orderbak_run')
          .set({ ...columnsOf(progress), heard_ms: now })
          .where('id', '=', run)
          .execute();
        await tellParts(transaction, engine, run, progress.changed);
        await tellFailures(transaction, run, progress, at);
        await settle(transaction, progress.settled, at);
        return readWishes(transaction, run, kin);
      });
    },

    async finish(run, { status, error, exit }, at) {
      await kysely
        .updateTable('orderbak_run')
        .set({ status, error, exit_code: exit, ended_ms: at, wanted: null, doorbell: null, left_ms: null })
        .where('id', '=', run)
        .execute();
    },

    forget: (before) => forgetOld(kysely, before),
  };
}

function rowOf({ dryRun, started, kin, user, ...run }: RunStart, now: ReturnType<typeof nowMs>) {
  return {
    ...run,
    user_name: user,
    dry_run: dryRun ? 1 : 0,
    started_ms: started,
    status: 'running',
    heard_ms: now,
    parent_id: kin.night?.id ?? null,
    resumes_id: kin.resumes,
  };
}

/** Closes runs of a step that say that they are alive, and are not. Answers their doorbells on this machine. */
async function closeLost(kysely: Kysely<Tables>, step: string, host: string): Promise<string[]> {
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

function columnsOf(progress: Progress) {
  const { counts, status, bytes, rate, parts, errors } = progress;
  const { planned, done, skipped, held, failed } = counts;
  return {
    ...{ planned, done, skipped, held, failed, status, bytes, rate, parts, errors },
    bytes_planned: progress.bytesPlanned,
    left_ms: progress.leftMs,
    parts_done: progress.partsDone,
    last_order: progress.lastOrder,
    last_error: progress.lastError,
  };
}

/** What somebody wants of a part that has no row yet stays, when the row of the part itself comes. */
async function tellParts(
  kysely: Kysely<Tables>,
  engine: Engine,
  run: number,
  parts: Progress['changed'],
): Promise<void> {
  for (const some of inPieces(parts)) {
    const rows = some.map(({ order, status, counts }) => ({
      run_id: run,
      id_order: order,
      status,
      wanted: null,
      ...counts,
    }));
    const columns = ['status', 'planned', 'done', 'skipped', 'held', 'failed'] as const;
    await kysely
      .insertInto('orderbak_run_part')
      .values(rows)
      .$if(engine === 'mysql', (query) =>
        query.onDuplicateKeyUpdate(
          Object.fromEntries(columns.map((name) => [name, sql`VALUES(${sql.ref(name)})`])),
        ),
      )
      .$if(engine === 'sqlite', (query) =>
        query.onConflict((conflict) =>
          conflict
            .columns(['run_id', 'id_order'])
            .doUpdateSet(Object.fromEntries(columns.map((name) => [name, sql.ref(`excluded.${name}`)]))),
        ),
      )
      .execute();
  }
}

async function tellFailures(
  kysely: Kysely<Tables>,
  run: number,
  { failures, held }: Progress,
  at: number,
): Promise<void> {
  if (failures.length + held.length === 0) return;
  const { step } = await kysely
    .selectFrom('orderbak_run')
    .select('step')
    .where('id', '=', run)
    .executeTakeFirstOrThrow();
  const common = { run_id: run, step, failed_ms: at };
  const failed = failures.map(({ id, order, open, ...failure }) => ({
    ...failure,
    ...common,
    item_id: id,
    id_order: order,
    settled_ms: open ? null : at,
  }));
  const kept = held.map(({ id, path, reason }) => {
    const words = { path, code: HELD, message: reason };
    return { ...words, ...common, item_id: id, id_order: null, attempts: 0, settled_ms: at };
  });
  for (const rows of inPieces([...failed, ...kept])) {
    await kysely.insertInto('orderbak_run_failure').values(rows).execute();
  }
}

async function settle(kysely: Kysely<Tables>, rows: readonly number[], at: number): Promise<void> {
  for (const some of inPieces(rows)) {
    await kysely
      .updateTable('orderbak_run_failure')
      .set({ settled_ms: at })
      .where('id', 'in', some)
      .where('settled_ms', 'is', null)
      .execute();
  }
}

async function readWishes(kysely: Kysely<Tables>, run: number, { night }: Kin) {
  const runs = await kysely
    .selectFrom('orderbak_run')
    .select('wanted')
    .where('id', 'in', night === null ? [run] : [run, night.id])
    .execute();
  const parts = await kysely
    .selectFrom('orderbak_run_part')
    .select(['id_order', 'wanted'])
    .where('run_id', '=', run)
    .where('wanted', 'is not', null)
    .execute();
  const wishes = runs.map(({ wanted }) => wanted);
  return {
    run: wishes.includes('cancel') ? 'cancel' : wishes.includes('pause') ? 'pause' : null,
    // The column is only ever written from these words.
    orders: new Map(parts.map(({ id_order, wanted }) => [Number(id_order), wanted as Wanted])),
  } as const;
}
