import { EXIT, OrderbakError } from '../errors.js';
import { leaseOf, type Step } from '../steps/step.js';
import { applyAll } from './apply-all.js';
import { asStop } from './as-stop.js';
import { Journal } from './journal.js';
import { type HeldLease, holdLease } from './lease.js';
import type { JobOptions, JobPorts } from './options.js';
import { overCeiling, planInto } from './plan-into.js';
import { type Recording, startRecording } from './recording.js';
import type { Running } from './running.js';
import { type Summary, statusOf, summarise, Tally } from './summary.js';

/**
 * Runs a step: takes its lease, plans wholly, counts, acts item by item, and sums up.
 * Throws only when the step could not begin (exit 11: it runs already); everything later is in the summary.
 */
export async function runJob<Item>(step: Step<Item>, options: JobOptions, ports: JobPorts): Promise<Summary> {
  const { clock, watcher } = ports;
  const started = clock();
  const journal = new Journal(ports.log, step.name);
  const tally = new Tally(journal);
  // A dry run changes nothing, so that it needs no lease and may look on while the step runs.
  const lease = options.dryRun ? null : await holdLease(ports.leases, leaseOf(step.name));
  let recording: Recording | null = null;
  let stopped: OrderbakError | null = null;
  try {
    recording = await startRecording(step, options, ports, tally);
    journal.began(recording.run, { dryRun: options.dryRun, origin: options.origin });
    stopped = await planAndApply(step, options, ports, { tally, recording, lease });
  } catch (error) {
    stopped = asStop(error);
  }
  watcher.finished();
  const asked = options.stop.aborted || (recording?.control.cancelled.aborted ?? false);
  const interrupted = asked && stopped === null;
  const sum = (why: OrderbakError | null) => {
    const run = recording?.run ?? null;
    const reason = step.removes && tally.counts.done > 0 ? notUntouched(why) : why;
    const { dryRun } = options;
    const elapsedMs = clock() - started;
    return summarise({ command: step.name, run, dryRun, tally, elapsedMs, stopped: reason, interrupted });
  };
  const summary = sum(stopped);
  const end = async () =>
    recording?.end({ status: statusOf(summary), error: stopped?.message ?? null, exit: summary.exit });
  const told = (final: Summary) => {
    journal.ended(final);
    return final;
  };
  try {
    // The lease is alive as long as the process, which may go on with the night.
    await end().finally(() => lease?.release());
  } catch (error) {
    // What was done is done; that it could not be written down is what is left to say.
    return told(sum(stopped ?? asStop(error)));
  }
  return told(summary);
}

/** A script may take exit 5 for the word that nothing was removed: where something was, the run has failed. */
function notUntouched(stopped: OrderbakError | null): OrderbakError | null {
  if (stopped?.exit !== EXIT.stopped) return stopped;
  return new OrderbakError(EXIT.failed, stopped.code, stopped.message, stopped.hint, stopped);
}

/** What a run has when it begins; without a lease it is a dry run. */
interface Begun extends Pick<Running, 'recording' | 'tally'> {
  readonly lease: HeldLease | null;
}

async function planAndApply<Item>(
  step: Step<Item>,
  options: JobOptions,
  ports: JobPorts,
  { tally, recording, lease }: Begun,
): Promise<OrderbakError | null> {
  const stop = AbortSignal.any([options.stop, recording.control.cancelled]);
  const { watcher } = ports;
  watcher.planning(step.name);
  await step.ready();
  if (lease !== null) await step.recover(stop);
  const spool = await ports.openSpool();
  try {
    const running: Running = { spool, stop, recording, tally, watcher };
    const wholly = await planInto(step, options, running);
    if (stop.aborted) return null;
    const over = step.removes ? overCeiling(options.ceiling, tally) : null;
    if (over !== null || lease === null) return over;
    if (wholly && options.only === null && options.failedIn === null) recording.tracker.forgetVanished();
    recording.tracker.parts.endPlan();
    watcher.started(tally.counts.planned, tally.bytesPlanned);
    await step.ready();
    return await applyAll(step, running, lease);
  } finally {
    await spool.close();
  }
}
