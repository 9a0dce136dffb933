import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../config/schema.js';
import { openRunHistory } from '../db/run-history.js';
import { openRuns } from '../db/runs.js';
import { openSteering } from '../db/steering.js';
import { pagesOf } from '../domain/pages.js';
import {
  type FailureRecord,
  type HeldRecord,
  inFamilies,
  isActive,
  type PartRecord,
  type RunRecord,
  type RunRef,
  type Wanted,
} from '../domain/run.js';
import { EXIT, OrderbakError } from '../errors.js';
import { type Steered, steer } from '../jobs/steer.js';
import { removeBell, ring } from '../store/doorbell.js';
import type { ClearedLog } from '../store/old-log.js';
import { clearLog } from './log.js';
import { machineOfRuns, openRecords } from './records.js';

const PAGE = 1000;
const MOST = 1000;
const LOOK_EVERY = 200;

/** A run; of a night its steps too. */
export interface RunFamily {
  readonly run: RunRecord;
  readonly steps: readonly RunRecord[];
}

/** A run with what is known of it, but for its orders: those that somebody steers are enough for a person. */
export interface RunDetails extends RunFamily {
  readonly steered: readonly PartRecord[];
  readonly failures: readonly FailureRecord[];
  readonly held: readonly HeldRecord[];
}

/** What runs, what ran, and how it is steered: in the shop's database, or in the catalog of the office's store. */
export async function openJobs(config: Config, step: string | null) {
  const database = await openRecords(config, machineOfRuns(config, step));
  const history = openRunHistory(database, hostname());
  const steering = openSteering(database);
  const byId = async (id: number): Promise<RunRecord> => {
    const run = await history.byId(id);
    if (run !== null) return run;
    throw new OrderbakError(
      EXIT.usage,
      'no-run',
      `there is no run ${id}`,
      '`orderbak jobs` shows the last ones.',
    );
  };

  /** The run that somebody means: by its id, or the one of a step that is under way, else its last. */
  const find = async (target: string): Promise<RunRecord> => {
    if (isRunId(target)) return byId(Number(target));
    const active = (await history.active()).filter((run) => run.step === target);
    const run =
      active.find(({ dryRun }) => !dryRun) ??
      active[0] ??
      (await history.lastOfEachStep()).find((last) => last.step === target);
    if (run !== undefined) return run;
    throw new OrderbakError(
      EXIT.usage,
      'no-run',
      `no run of ${target} is known`,
      '`orderbak jobs` shows the last ones, by id and by step.',
    );
  };

  const family = async (id: number): Promise<RunFamily> => ({
    run: await byId(id),
    steps: await history.steps(id),
  });

  return {
    byId,

    /** The orders of which something failed in a run that waits to be tried again; null where they are unknown, or too many. */
    async ordersToRetry(run: number): Promise<number[] | null> {
      const orders = await history.ordersToRetry(run, MOST);
      return orders.length === MOST || orders.includes(null) ? null : orders.flatMap((order) => order ?? []);
    },

    /** The runs under way, the oldest first, then the last `limit` that have ended, the latest first; under a night its steps. */
    async latest(limit: number): Promise<RunRecord[]> {
      const runs = [...(await history.active()), ...(await history.ended(limit))];
      const nights = runs.filter(({ step }) => step === 'run');
      const steps = (await Promise.all(nights.map(({ id }) => history.steps(id)))).flat();
      const ids = new Set(steps.map(({ id }) => id));
      return inFamilies([...runs.filter(({ id }) => !ids.has(id)), ...steps]);
    },

    /** The runs in which something failed that waits to be tried again; of this step, or of all where it is a night. */
    async runsToRetry(step: string): Promise<number[]> {
      const waiting = await history.openFailures(MOST);
      const own = waiting.filter((failure) => step === 'run' || failure.step === step);
      return [...new Set(own.map(({ run }) => run))];
    },

    find,

    /** The run of which somebody means what failed. It may be forgotten: what waits to be tried again never is. */
    async findToRetry(target: string): Promise<RunRef> {
      const step = isRunId(target) ? await history.stepToRetry(Number(target)) : null;
      return step === null ? find(target) : { id: Number(target), step };
    },

    /** Waits until a run has ended; answers how. */
    async untilEnded(id: number): Promise<RunRecord> {
      for (;;) {
        const run = await byId(id);
        if (!isActive(run.status)) return run;
        await sleep(LOOK_EVERY);
      }
    },

    family,

    /** The orders of a run that have begun or are steered, page by page. */
    parts: (id: number) =>
      pagesOf(
        (after) => history.parts(id, after, PAGE),
        ({ order }) => order,
        Number.MIN_SAFE_INTEGER,
      ),

    async details(id: number): Promise<RunDetails> {
      const { run, steps } = await family(id);
      const ids = [id, ...steps.map((step) => step.id)];
      const [steered, failures, held] = await Promise.all([
        history.steered(id, MOST),
        Promise.all(ids.map((one) => history.failures(one, MOST))),
        Promise.all(ids.map((one) => history.held(one))),
      ]);
      return { run, steps, steered, failures: failures.flat(), held: held.flat() };
    },

    steer: (run: RunRecord, order: number | null, wanted: Wanted | null): Promise<Steered> =>
      steer(run, order, wanted, { ...history, ...steering, ring, host: hostname() }),

    /** Closes a run whose process is gone, so that nobody goes on with it. */
    async giveUp(run: RunRecord): Promise<void> {
      const steps = (await history.steps(run.id)).filter(
        ({ status }) => isActive(status) || status === 'lost',
      );
      await steering.close([run.id, ...steps.map(({ id }) => id)], Date.now());
      if (run.doorbell !== null) await removeBell(run.doorbell);
    },

    /** Takes a run out of the record, with its steps. What was removed, and its receipts, stay. */
    async remove(run: RunRecord): Promise<number> {
      const ids = [run.id, ...(await history.steps(run.id)).map(({ id }) => id)];
      await steering.remove(ids);
      return ids.length;
    },

    /** Forgets what ended at least `age` ms ago, null = as long ago as [history] keep says; answers how many runs. */
    forget: (age: number | null): Promise<number> =>
      openRuns(database).forget(Date.now() - (age ?? config.history.keep)),

    /** The same for the log; answers null where there is none. */
    clearLog: (age: number | null): Promise<ClearedLog | null> =>
      clearLog(config, age ?? config.history.keep),

    close: () => database.close(),
  };
}

function isRunId(target: string): boolean {
  return /^\d+$/.test(target);
}
