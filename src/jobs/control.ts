import type { Wanted } from '../domain/run.js';
import { RunCancelled } from '../steps/step.js';
import type { Wishes } from './ports.js';

/** What somebody wants of a run while it runs: holds it, or orders of it, and lets them go on again. */
export class Control {
  private wishes: Wishes = { run: null, orders: new Map(), untold: [] };
  private readonly cancelling = new AbortController();
  private readonly listeners = new Set<() => void>();

  /** Aborted when the whole run is cancelled. */
  get cancelled(): AbortSignal {
    return this.cancelling.signal;
  }

  get isPaused(): boolean {
    return this.wishes.run === 'pause';
  }

  /** Takes up what is wanted now. */
  obey(wishes: Wishes): void {
    this.wishes = wishes;
    if (wishes.run === 'cancel') this.cancelling.abort(new RunCancelled('the run was cancelled'));
    for (const listener of [...this.listeners]) listener();
  }

  /** Calls `listener` whenever somebody may want something else; answers how to end that. */
  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  wantedOf(order: number): Wanted | null {
    return this.wishes.orders.get(order) ?? null;
  }

  /** Whether anything is wanted of any order. */
  get steersOrders(): boolean {
    return this.wishes.orders.size > 0;
  }

  /** Whether the run is paused, or all of these orders are. */
  holds(orders: readonly number[]): boolean {
    return this.isPaused || (orders.length > 0 && orders.every((order) => this.wantedOf(order) === 'pause'));
  }

  /** Waits while the run is paused, or all of these orders are; not longer than until the signal. */
  async gate(orders: readonly number[], signal: AbortSignal): Promise<void> {
    while (this.holds(orders) && !signal.aborted) await this.change(signal);
  }

  /** Waits until somebody wants something else, or for the signal. */
  change(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const goOn = () => {
        this.listeners.delete(goOn);
        signal.removeEventListener('abort', goOn);
        resolve();
      };
      signal.addEventListener('abort', goOn, { once: true });
      this.listeners.add(goOn);
    });
  }
}
