import { sql } from 'kysely';
import {
  ACTIVE_STATUSES,
  type HeldRecord,
  isActive,
  type PartRecord,
  type RunRecord,
  type RunStatus,
  type Wanted,
} from '../domain/run.js';
import { nowMs } from './now.js';
import { nullableNumber } from './nullable-number.js';
import { countsOf, failures, HELD, readFailures, recordOf } from './run-rows.js';
import type { Database } from './tables.js';

/** Reads what is kept of runs, seen from a process on `host`; changes nothing. */
export function openRunHistory({ engine, kysely }: Database, host: string) {
  const runs = () =>
    kysely
      .selectFrom('orderbak_run')
      .selectAll()
      .select(sql<number | null>`${nowMs(engine)} - heard_ms`.as('silent'));
  const read = async (query: ReturnType<typeof runs>): Promise<RunRecord[]> =>
    (await query.execute()).map((row) => recordOf(row, host));
  const parts = (run: number) =>
    kysely.selectFrom('orderbak_run_part').selectAll().where('run_id', '=', run).orderBy('id_order');
  const readParts = async (query: ReturnType<typeof parts>): Promise<PartRecord[]> =>
    (await query.execute()).map(({ id_order, status, wanted, ...counts }) => ({
      order: Number(id_order),
      // Both columns are only ever written from these words.
      status: status as RunStatus,
      wanted: wanted as Wanted | null,
      counts: countsOf(counts),
    }));
  const ofStoredActive = () => runs().where('status', 'in', ACTIVE_STATUSES).orderBy('id');
  const unsettled = () => failures(kysely).where('settled_ms', 'is', null).where('step', '!=', '');
  const isNoStep = sql<boolean>`(parent_id IS NULL OR parent_id NOT IN (SELECT night.id FROM orderbak_run AS night WHERE night.step = 'run'))`;

  return {
    /** Runs that may still do something, the oldest first. */
    active: async () => (await read(ofStoredActive())).filter(({ status }) => isActive(status)),

    /** The last `limit` runs that have ended or are lost, the latest first; the steps of a night only where it is forgotten. */
    async ended(limit: number): Promise<RunRecord[]> {
      const over = runs().where('status', 'not in', ACTIVE_STATUSES).where(isNoStep);
      const ended = await read(over.orderBy('id', 'desc').limit(limit));
      const lost = (await read(ofStoredActive().where(isNoStep))).filter(({ status }) => status === 'lost');
      return [...ended, ...lost].sort((a, b) => b.id - a.id).slice(0, limit);
    },

    async byId(id: number): Promise<RunRecord | null> {
      return (await read(runs().where('id', '=', id)))[0] ?? null;
    },

    /** The steps of a night, in their order. */
    steps: (night: number) => read(runs().where('parent_id', '=', night).orderBy('id')),

    /** The last run of each step that was no dry run; the night itself (`run`) is one of them. */
    async lastOfEachStep(): Promise<RunRecord[]> {
      const last = kysely
        .selectFrom('orderbak_run')
        .select(({ fn }) => fn.max('id').as('id'))
        .where('dry_run', '=', 0)
        .groupBy('step');
      return read(runs().where('id', 'in', last).orderBy('id'));
    },

    /** These runs, as many as one statement can name; those that are forgotten are left out. */
    byIds: (ids: readonly number[]) => read(runs().where('id', 'in', ids.length > 0 ? ids : [0])),

    /** The parts of a run that have begun or are steered, in the order of their ids, at most `limit`, above the order `after`. */
    parts: (run: number, after: number, limit: number) =>
      readParts(parts(run).where('id_order', '>', after).limit(limit)),

    /** The first parts of a run, at most `limit`, that somebody steers, or has held or cancelled. */
    steered(run: number, limit: number): Promise<PartRecord[]> {
      // EXPLAIN (MariaDB 10.11): ref PRIMARY key_len 8 "Using where".
      const steered = parts(run).where((where) =>
        where.or([where('wanted', 'is not', null), where('status', 'in', ['paused', 'cancelled'])]),
      );
      return readParts(steered.limit(limit));
    },

    /** What failed in a run, in the order in which it did. */
    failures: (run: number, limit: number) =>
      readFailures(
        failures(kysely).where('run_id', '=', run).where('code', '!=', HELD).orderBy('id').limit(limit),
      ),

    /** The first that a run held back. */
    async held(run: number): Promise<HeldRecord[]> {
      const held = failures(kysely).where('run_id', '=', run).where('code', '=', HELD).orderBy('id');
      return (await readFailures(held)).map(({ id, path, message }) => ({ id, path, reason: message }));
    },

    /** The orders, at most `limit`, of which something failed in a run that waits to be tried again; null = nobody knows which. */
    async ordersToRetry(run: number, limit: number): Promise<(number | null)[]> {
      // EXPLAIN (MariaDB 10.11): ref or range orderbak_run_failure_run key_len 8 "Using where; Using temporary" of so many orders.
      const rows = await kysely
        .selectFrom('orderbak_run_failure')
        .select('id_order')
        .distinct()
        .where('run_id', '=', run)
        .where('settled_ms', 'is', null)
        .limit(limit)
        .execute();
      return rows.map(({ id_order }) => nullableNumber(id_order));
    },

    /** The step of what failed in a run that waits to be tried again, also where the run is forgotten; null = nothing does. */
    async stepToRetry(run: number): Promise<string | null> {
      const failure = await unsettled().where('run_id', '=', run).limit(1).executeTakeFirst();
      return failure?.step ?? null;
    },

    /** What failed, and has not gone well since, the oldest first; of all steps. */
    openFailures: (limit: number) => readFailures(unsettled().orderBy('id').limit(limit)),
  };
}
