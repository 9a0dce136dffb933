import { setTimeout as sleep } from 'node:timers/promises';
import type { openRunHistory } from '../db/run-history.js';
import { pagesOf } from '../domain/pages.js';
import {
  type FailureRecord,
  type HeldRecord,
  inFamilies,
  isActive,
  type PartRecord,
  type RunRecord,
  type RunRef,
} from '../domain/run.js';
import { EXIT, OrderbakError } from '../errors.js';

const PAGE = 1000;
const MOST = 1000;
/** How often a run is looked at that somebody waits for, ms. */
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

/** What can be tried again of a run. */
interface ToRetry {
  readonly run: RunRef;
  /** The orders in which something failed that waits to be tried again; null where they are unknown, or too many. */
  readonly orders: readonly number[] | null;
  /** The runs of its step, of all steps where it is a night, in which something waits to be tried again. */
  readonly others: readonly number[];
}

/** Finds runs in the record. Throws with exit 2 for a run that is not there. */
export function findRuns(history: ReturnType<typeof openRunHistory>) {
  const byId = async (id: number): Promise<RunRecord> => {
    const run = await history.byId(id);
    if (run === null) throw noRun(`there is no run ${id}`, '`orderbak jobs` shows the last ones.');
    return run;
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
    throw noRun(`no run of ${target} is known`, '`orderbak jobs` shows the last ones, by id and by step.');
  };

  const family = async (id: number): Promise<RunFamily> => ({
    run: await byId(id),
    steps: await history.steps(id),
  });

  return {
    byId,
    find,
    family,

    /** The runs under way, the oldest first, then the last `limit` that have ended, the latest first; under a night its steps. */
    async latest(limit: number): Promise<RunRecord[]> {
      const runs = [...(await history.active()), ...(await history.ended(limit))];
      const nights = runs.filter(({ step }) => step === 'run');
      const steps = (await Promise.all(nights.map(({ id }) => history.steps(id)))).flat();
      const ids = new Set(steps.map(({ id }) => id));
      return inFamilies([...runs.filter(({ id }) => !ids.has(id)), ...steps]);
    },

    /** What waits to be tried again of the run that somebody means, which may be forgotten: its failures never are. */
    async toRetry(target: string): Promise<ToRetry> {
      const step = isRunId(target) ? await history.stepToRetry(Number(target)) : null;
      const run = step === null ? await find(target) : { id: Number(target), step };
      const [orders, failures] = await Promise.all([
        history.ordersToRetry(run.id, MOST),
        history.openFailures(MOST),
      ]);
      const isWhole = orders.length < MOST && !orders.includes(null);
      const own = failures.filter((failure) => run.step === 'run' || failure.step === run.step);
      return {
        run,
        orders: isWhole ? orders.flatMap((order) => order ?? []) : null,
        others: [...new Set(own.map((failure) => failure.run))],
      };
    },

    /** Waits until a run has ended; answers how. */
    async untilEnded(id: number): Promise<RunRecord> {
      for (;;) {
        const run = await byId(id);
        if (!isActive(run.status)) return run;
        await sleep(LOOK_EVERY);
      }
    },

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
  };
}

function isRunId(target: string): boolean {
  return /^\d+$/.test(target);
}

function noRun(message: string, hint: string): OrderbakError {
  return new OrderbakError(EXIT.usage, 'no-run', message, hint);
}
