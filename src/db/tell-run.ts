import { type Kysely, sql } from 'kysely';
import { piecesOf } from '../domain/pieces.js';
import type { Wanted } from '../domain/run.js';
import type { Progress, RunRow, Wishes } from '../jobs/ports.js';
import { nowMs } from './now.js';
import { HELD, ROWS_A_STATEMENT } from './run-rows.js';
import type { Database, Tables } from './tables.js';

/** Writes down how a run goes, in a transaction of the caller's, and answers what somebody wants of it. */
export async function tellRun(
  transaction: Pick<Database, 'engine' | 'kysely'>,
  run: RunRow,
  progress: Progress,
): Promise<Wishes> {
  const { engine, kysely } = transaction;
  await kysely
    .updateTable('orderbak_run')
    .set({ ...columnsOf(progress), heard_ms: nowMs(engine) })
    .where('id', '=', run.id)
    .execute();
  await tellParts(transaction, run.id, progress.changed);
  await tellFailures(kysely, run.id, progress);
  await settle(kysely, progress.settled, progress.at);
  return readWishes(kysely, run);
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
  { engine, kysely }: Pick<Database, 'engine' | 'kysely'>,
  run: number,
  parts: Progress['changed'],
): Promise<void> {
  for (const some of piecesOf(parts, ROWS_A_STATEMENT)) {
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
  { failures, held, at }: Progress,
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
  for (const rows of piecesOf([...failed, ...kept], ROWS_A_STATEMENT)) {
    await kysely.insertInto('orderbak_run_failure').values(rows).execute();
  }
}

async function settle(kysely: Kysely<Tables>, rows: readonly number[], at: number): Promise<void> {
  for (const some of piecesOf(rows, ROWS_A_STATEMENT)) {
    await kysely
      .updateTable('orderbak_run_failure')
      .set({ settled_ms: at })
      .where('id', 'in', some)
      .where('settled_ms', 'is', null)
      .execute();
  }
}

async function readWishes(kysely: Kysely<Tables>, { id, kin: { night } }: RunRow) {
  const runs = await kysely
    .selectFrom('orderbak_run')
    .select('wanted')
    .where('id', 'in', night === null ? [id] : [id, night.id])
    .execute();
  const parts = await kysely
    .selectFrom('orderbak_run_part')
    .select(['id_order', 'wanted', 'status'])
    .where('run_id', '=', id)
    .where((where) => where.or([where('wanted', 'is not', null), where('status', '=', 'pending')]))
    .execute();
  const wishes = runs.map(({ wanted }) => wanted);
  return {
    run: (['cancel', 'pause'] as const).find((wish) => wishes.includes(wish)) ?? null,
    orders: new Map(
      parts.flatMap(({ id_order, wanted }) =>
        // The column is only ever written from these words.
        wanted === null ? [] : [[Number(id_order), wanted as Wanted]],
      ),
    ),
    untold: parts.flatMap(({ id_order, status }) => (status === 'pending' ? [Number(id_order)] : [])),
  } as const;
}
