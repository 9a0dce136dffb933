import { setMaxListeners } from 'node:events';
import { RunCancelled } from '../steps/step.js';
import type { Control } from './control.js';

/** The signal of an item in hand; `close` is called when it is out of hand. */
export interface Hand {
  readonly signal: AbortSignal;
  close(): void;
}

/** Takes an item in hand: its signal is aborted with that of the run, and when all of the item's orders are cancelled. */
export function takeInHand(orders: readonly number[], control: Control, signal: AbortSignal): Hand {
  const hand = new AbortController();
  setMaxListeners(0, hand.signal);
  const stop = () => hand.abort(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  // It may have been aborted before anybody listened.
  if (signal.aborted) stop();
  const obeyOrders = () => {
    const all = orders.length > 0 && orders.every((order) => control.wantedOf(order) === 'cancel');
    if (all) hand.abort(new RunCancelled('the order was cancelled'));
  };
  const unwatch = control.onChange(obeyOrders);
  return {
    signal: hand.signal,
    close() {
      unwatch();
      signal.removeEventListener('abort', stop);
    },
  };
}
