import { setMaxListeners } from 'node:events';
import { EXIT, isAway, OrderbakError } from '../errors.js';
import {
  type Applying,
  failureOf,
  type Outcome,
  RunCancelled,
  RunStopped,
  type Step,
} from '../steps/step.js';
import { asStop } from './as-stop.js';
import { type Hand, takeInHand } from './hand.js';
import type { HeldLease } from './lease.js';
import { ordersOf } from './parts.js';
import { Queue, type Ready } from './queue.js';
import type { Running } from './running.js';

const FILES_BEFORE_BUDGET = 20;

/** Does what was put aside, item by item, as many at once as the step can; answers why it ended early, or null. */
export async function applyAll<Item>(
  step: Step<Item>,
  running: Running,
  lease: HeldLease,
): Promise<OrderbakError | null> {
  const halt = new AbortController();
  const signal = AbortSignal.any([running.stop, lease.lost, halt.signal]);
  // Each transfer in flight listens to it; Node takes more than ten listeners for a leak, and says so to cron.
  setMaxListeners(0, signal);
  const queue = new Queue(step, running, signal);
  const doing = { step, running, leaseToken: lease.token, signal };
  let stopped: OrderbakError | null = null;

  const worker = async () => {
    try {
      for (let next = await queue.next(); next !== null; next = await queue.next())
        await applyOne(next, doing);
    } catch (error) {
      const why = asStop(error);
      stopped ??= why;
      halt.abort(why);
    }
  };
  await Promise.all(Array.from({ length: step.concurrency }, worker));
  if (stopped === null && lease.lost.aborted) return asStop(lease.lost.reason);
  return stopped;
}

/** What the items of a run have in common. */
interface Doing<Item> {
  readonly step: Step<Item>;
  readonly running: Pick<Running, 'recording' | 'tally' | 'watcher'>;
  readonly leaseToken: string;
  /** Aborted when no further item is to be begun, and those in hand are to end early. */
  readonly signal: AbortSignal;
}

/** Does one item and tells what came of it. Throws what ends the whole run. */
async function applyOne<Item>(ready: Ready<Item>, doing: Doing<Item>): Promise<void> {
  const { item, files, entries } = ready;
  const { signal } = doing;
  const { recording, tally, watcher } = doing.running;
  const { tracker, control } = recording;
  const orders = ordersOf(entries);
  tracker.set(orders, 'running');
  const hand = takeInHand(orders, control, signal);
  try {
    const outcome = await doing.step.apply(item, applyingOf(orders, hand, doing));
    const { stopped } = outcome;
    const isCancelled = hand.signal.reason instanceof RunCancelled;
    tally.add(outcome, entries);
    if (isCancelled && !signal.aborted) tally.add({ skipped: files - handledIn(outcome) });
    tracker.ended(entries, outcome, isCancelled || stopped !== undefined);
    if (stopped !== undefined) throw stopped;
  } catch (error) {
    if (signal.aborted && error === signal.reason) return;
    if (hand.signal.aborted && error === hand.signal.reason) {
      tracker.parts.drop(entries);
      tally.add({ skipped: files });
    } else if (error instanceof RunStopped || isAway(error)) throw error;
    else {
      const failure = failureOf(null, '', error);
      tally.addBroken(failure, files, entries);
      tracker.broke(entries, failure);
    }
  } finally {
    hand.close();
  }
  watcher.advanced(tally.counts);
  const { done, skipped, held, failed } = tally.counts;
  const handled = done + skipped + held + failed;
  if (handled >= FILES_BEFORE_BUDGET && failed * 2 > handled) throw tooManyFailures(failed);
}

/** What the step is given with an item of these orders. */
function applyingOf<Item>(orders: readonly number[], hand: Hand, doing: Doing<Item>): Applying {
  const { recording, watcher } = doing.running;
  const { run, control, tracker } = recording;
  return {
    run,
    leaseToken: doing.leaseToken,
    signal: hand.signal,
    async gate() {
      if (!control.holds(orders)) return;
      tracker.set(orders, 'paused');
      await control.gate(orders, hand.signal);
      tracker.set(orders, 'running');
    },
    progress(bytes) {
      tracker.move(bytes);
      watcher.moved(bytes);
    },
  };
}

function handledIn({ done = 0, skipped = 0, held = [], failed = [] }: Outcome): number {
  return done + skipped + held.length + failed.length;
}

function tooManyFailures(failed: number): OrderbakError {
  return new OrderbakError(
    EXIT.failed,
    'too-many-failures',
    `${failed} files failed, more than went well; the run stopped`,
    'See to the first of the errors above, then run it again: it goes on where it stopped.',
  );
}
