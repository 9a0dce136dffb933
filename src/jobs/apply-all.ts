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
import { takeInHand } from './hand.js';
import type { HeldLease } from './lease.js';
import { ordersOf } from './parts.js';
import type { Spool, Watcher } from './ports.js';
import { Queue, type Ready } from './queue.js';
import type { Recording } from './recording.js';
import type { Tally } from './summary.js';

const FILES_BEFORE_BUDGET = 20;

/** What surrounds the items: who may stop them, whom they are told to, and on whose lease they are done. */
interface ApplyingAll {
  readonly stop: AbortSignal;
  readonly watcher: Watcher;
  readonly tally: Tally;
  readonly recording: Recording;
  readonly lease: HeldLease;
}

/** Does what was put aside, item by item, as many at once as the step can; answers why it ended early, or null. */
export async function applyAll<Item>(
  spool: Spool,
  step: Step<Item>,
  { stop, watcher, tally, recording, lease }: ApplyingAll,
): Promise<OrderbakError | null> {
  const { run, control, tracker } = recording;
  const halt = new AbortController();
  const signal = AbortSignal.any([stop, lease.lost, halt.signal]);
  // Each transfer in flight listens to it; Node takes more than ten listeners for a leak, and says so to cron.
  setMaxListeners(0, signal);
  const queue = new Queue(spool, step, recording, tally, signal);
  let stopped: OrderbakError | null = null;
  const halted = (error: OrderbakError) => {
    stopped ??= error;
    halt.abort(error);
  };

  const applyNext = async ({ item, files, entries }: Ready<Item>): Promise<void> => {
    const orders = ordersOf(entries);
    tracker.set(orders, 'running');
    const inHand = takeInHand(orders, control, signal);
    const applying: Applying = {
      run,
      leaseToken: lease.token,
      signal: inHand.signal,
      async gate() {
        if (!control.holds(orders)) return;
        tracker.set(orders, 'paused');
        await control.gate(orders, inHand.signal);
        tracker.set(orders, 'running');
      },
      progress: (bytes) => {
        tracker.move(bytes);
        watcher.moved(bytes);
      },
    };
    try {
      const outcome = await step.apply(item, applying);
      const isCancelled = inHand.signal.reason instanceof RunCancelled;
      tally.add(outcome, entries);
      if (isCancelled && !signal.aborted) tally.add({ skipped: files - handledIn(outcome) });
      tracker.ended(entries, outcome, isCancelled);
    } catch (error) {
      if (signal.aborted && error === signal.reason) return;
      if (inHand.signal.aborted && error === inHand.signal.reason) {
        tracker.parts.drop(entries);
        tally.add({ skipped: files });
      } else if (error instanceof RunStopped || isAway(error)) return halted(error);
      else {
        const failure = failureOf(null, '', error);
        tally.addBroken(failure, files, entries);
        tracker.broke(entries, failure);
      }
    } finally {
      inHand.close();
    }
    const { done, skipped, held, failed } = tally.counts;
    const handled = done + skipped + held + failed;
    if (handled >= FILES_BEFORE_BUDGET && failed * 2 > handled) halted(tooManyFailures(failed));
    watcher.advanced(tally.counts);
  };

  const worker = async () => {
    try {
      for (let next = await queue.next(); next !== null; next = await queue.next()) await applyNext(next);
    } catch (error) {
      halted(asStop(error));
    }
  };
  await Promise.all(Array.from({ length: step.concurrency }, worker));
  if (stopped === null && lease.lost.aborted) return asStop(lease.lost.reason);
  return stopped;
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
