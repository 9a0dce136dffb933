import { setMaxListeners } from 'node:events';
import { hostname } from 'node:os';
import { type Ceiling, ceilingText, isOver } from '../domain/ceiling.js';
import type { Clock } from '../domain/clock.js';
import type { RunStatus } from '../domain/run.js';
import { EXIT, messageOf, OrderbakError } from '../errors.js';
import { type Applying, failureOf, leaseOf, RunStopped, type Step, type StepName } from '../steps/step.js';
import { type HeldLease, holdLease } from './lease.js';
import type { Leases, RunStart, Runs, Spool, Watcher } from './ports.js';
import { type Summary, summarise, Tally } from './summary.js';

/** How a run is to go. */
export interface JobOptions {
  readonly dryRun: boolean;
  /** The most files that the run handles; null = all. */
  readonly limit: number | null;
  /** The most that it may remove; null = no ceiling. */
  readonly ceiling: Ceiling | null;
  readonly origin: RunStart['origin'];
  readonly version: string;
  /** Asks the run to finish the item in hand and stop. */
  readonly stop: AbortSignal;
}

export interface JobPorts {
  readonly leases: Leases;
  readonly runs: Runs;
  openSpool(): Promise<Spool>;
  readonly clock: Clock;
  readonly watcher: Watcher;
}

/** An item as it waits in the spool. */
interface Waiting<Item> {
  readonly item: Item;
  readonly files: number;
}

const FILES_BEFORE_BUDGET = 20;
const PROGRESS_EVERY = 1000;

/**
 * Runs a step: takes its lease, plans wholly, counts, acts item by item, and sums up.
 * Throws only when the step could not begin (exit 11: it runs already); everything later is in the summary.
 */
export async function runJob<Item>(step: Step<Item>, options: JobOptions, ports: JobPorts): Promise<Summary> {
  const { runs, clock, watcher } = ports;
  const started = clock();
  const tally = new Tally();
  // A dry run changes nothing, so that it needs no lease and may look on while the step runs.
  const lease = options.dryRun ? null : await holdLease(ports.leases, leaseOf(step.name));
  let run: number | null = null;
  let stopped: OrderbakError | null = null;
  try {
    run = await runs.start(startOf(step.name, options, started));
    stopped = await planAndApply(step, options, ports, tally, run, lease);
  } catch (error) {
    stopped = asStop(error);
  }
  watcher.finished();
  const interrupted = options.stop.aborted && stopped === null;
  const summed = summarise(step.name, run, options.dryRun, tally, clock() - started, stopped);
  const summary = interrupted ? { ...summed, ok: false } : summed;
  try {
    if (run !== null) {
      const status: RunStatus = interrupted
        ? 'cancelled'
        : summary.exit === EXIT.done || summary.exit === EXIT.partial
          ? 'completed'
          : 'failed';
      await runs.finish(run, status, tally.counts, tally.bytes, clock(), stopped?.message ?? null);
    }
    await lease?.release();
  } catch (error) {
    // What was done is done; that it could not be written down is what is left to say.
    return summarise(step.name, run, options.dryRun, tally, clock() - started, stopped ?? asStop(error));
  }
  return summary;
}

function startOf(step: StepName, options: JobOptions, started: number): RunStart {
  const { dryRun, origin, version } = options;
  return { step, dryRun, origin, version, started, host: hostname(), pid: process.pid };
}

async function planAndApply<Item>(
  step: Step<Item>,
  options: JobOptions,
  ports: JobPorts,
  tally: Tally,
  run: number,
  lease: HeldLease | null,
): Promise<OrderbakError | null> {
  ports.watcher.planning(step.name);
  await step.ready();
  if (lease !== null) await step.recover();
  const spool = await ports.openSpool();
  try {
    await planInto(spool, step, options, tally);
    if (options.stop.aborted) return null;
    const over = step.removes ? overCeiling(options.ceiling, tally) : null;
    if (over !== null || lease === null) return over;
    ports.watcher.started(tally.counts.planned, tally.bytesPlanned);
    await step.ready();
    return await applyAll(spool, step, options, ports, tally, run, lease);
  } finally {
    await spool.close();
  }
}

async function planInto<Item>(
  spool: Spool,
  step: Step<Item>,
  options: JobOptions,
  tally: Tally,
): Promise<void> {
  const limit = options.limit ?? Number.POSITIVE_INFINITY;
  for await (const planned of step.plan()) {
    if (options.stop.aborted) return;
    if (planned.kind !== 'do') {
      tally.addPlanned(planned);
      continue;
    }
    const room = limit - tally.counts.planned;
    if (room <= 0) return;
    const tooMuch = planned.files > room && step.cut !== undefined;
    const item = tooMuch ? (step.cut?.(planned.item, room) ?? planned.item) : planned.item;
    const files = tooMuch ? room : planned.files;
    tally.addPlanned({ ...planned, files });
    const waiting: Waiting<Item> = { item, files };
    await spool.write(waiting);
  }
}

function overCeiling(ceiling: Ceiling | null, tally: Tally): OrderbakError | null {
  const { planned } = tally.counts;
  if (ceiling === null || !isOver(ceiling, planned, tally.seen)) return null;
  return new OrderbakError(
    EXIT.stopped,
    'ceiling',
    `the plan removes ${planned} of ${tally.seen} files, more than the ceiling of ${ceilingText(ceiling)}; nothing was removed`,
    'Look at the plan with --dry-run --verbose. If it is right, allow it once with --max-delete.',
  );
}

async function applyAll<Item>(
  spool: Spool,
  step: Step<Item>,
  options: JobOptions,
  ports: JobPorts,
  tally: Tally,
  run: number,
  lease: HeldLease,
): Promise<OrderbakError | null> {
  const { runs, clock, watcher } = ports;
  const halt = new AbortController();
  const signal = AbortSignal.any([options.stop, lease.lost, halt.signal]);
  // Each transfer in flight listens to it; Node takes more than ten listeners for a leak, and says so to cron.
  setMaxListeners(0, signal);
  const applying: Applying = {
    run,
    leaseToken: lease.token,
    signal,
    progress: (bytes) => watcher.moved(bytes),
  };
  // The spool gives back what was written to it by this same run.
  const items = (spool.read() as AsyncIterable<Waiting<Item>>)[Symbol.asyncIterator]();
  let written = clock();
  let stopped: OrderbakError | null = null;
  const stop = (error: OrderbakError) => {
    stopped ??= error;
    halt.abort(error);
  };

  const applyNext = async ({ item, files }: Waiting<Item>): Promise<void> => {
    try {
      const outcome = await step.apply(item, applying);
      tally.add(outcome);
      if (outcome.failed?.length) await runs.failures(run, outcome.failed);
    } catch (error) {
      if (signal.aborted && error === signal.reason) return;
      if (error instanceof OrderbakError && (error instanceof RunStopped || error.exit === EXIT.away))
        return stop(error);
      const failure = failureOf(null, '', error);
      tally.addBroken(failure, files);
      await runs.failures(run, [failure]);
    }
    const { done, skipped, held, failed } = tally.counts;
    const handled = done + skipped + held + failed;
    if (handled >= FILES_BEFORE_BUDGET && failed * 2 > handled) stop(tooManyFailures(failed));
    watcher.advanced(tally.counts);
    if (clock() - written < PROGRESS_EVERY) return;
    written = clock();
    await runs.progress(run, tally.counts, tally.bytes);
  };

  const worker = async () => {
    try {
      while (!signal.aborted) {
        const next = await items.next();
        if (next.done === true) return;
        await applyNext(next.value);
      }
    } catch (error) {
      stop(asStop(error));
    }
  };
  await Promise.all(Array.from({ length: step.concurrency }, worker));
  if (stopped === null && lease.lost.aborted) return asStop(lease.lost.reason);
  return stopped;
}

function tooManyFailures(failed: number): OrderbakError {
  return new OrderbakError(
    EXIT.failed,
    'too-many-failures',
    `${failed} files failed, more than went well; the run stopped`,
    'See to the first of the errors above, then run it again: it goes on where it stopped.',
  );
}

function asStop(error: unknown): OrderbakError {
  if (error instanceof OrderbakError) return error;
  return new OrderbakError(EXIT.failed, 'failed', messageOf(error), undefined, error);
}
