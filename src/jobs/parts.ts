import { groupBy } from '../domain/group-by.js';
import { type Counts, isActive, noCounts, type PartRecord, type RunStatus } from '../domain/run.js';
import type { Entry, Outcome } from '../steps/step.js';

/** An order of the run: how many of its items are still to come, and what became of its files. */
interface Part {
  left: number;
  status: RunStatus;
  readonly counts: Counts;
}

/** Tells how each order of a run goes. */
export class Parts {
  private readonly parts = new Map<number, Part>();
  private readonly changed = new Set<number>();
  private isWhole = false;
  ended = 0;
  /** The order whose part ended last. */
  last: number | null = null;

  get count(): number {
    return this.parts.size;
  }

  /** An item comes to the plan: one more to wait for of each order that it has files of. */
  plan(entries: readonly Entry[]): void {
    for (const [order, some] of byOrder(entries)) {
      const part = this.parts.get(order) ?? { left: 0, status: 'pending' as const, counts: noCounts() };
      part.left += 1;
      part.counts.planned += some.length;
      this.parts.set(order, part);
    }
  }

  /** No order comes to the plan any more. */
  endPlan(): void {
    this.isWhole = true;
  }

  /** Whether the whole plan has nothing of an order. */
  isStranger(order: number): boolean {
    return this.isWhole && !this.parts.has(order);
  }

  /** These orders wait, or go on. */
  set(orders: Iterable<number>, status: 'running' | 'paused'): void {
    for (const order of orders) {
      const part = this.parts.get(order);
      if (part === undefined || part.status === status || !isActive(part.status)) continue;
      part.status = status;
      this.changed.add(order);
    }
  }

  /**
   * An item is done with, or was broken off, because somebody cancelled it or the run has to end. What an outcome does not say
   * of a single file is taken for all of them.
   */
  end(entries: readonly Entry[], outcome: Outcome, isBrokenOff: boolean): void {
    const held = new Set((outcome.held ?? []).map(keyOf));
    const failed = new Set((outcome.failed ?? []).map(keyOf));
    const orders = byOrder(entries);
    for (const [order, some] of orders) {
      const part = this.parts.get(order);
      if (part === undefined) continue;
      const { counts } = part;
      const heldHere = some.filter((entry) => held.has(keyOf(entry))).length;
      const failedHere = some.filter((entry) => failed.has(keyOf(entry))).length;
      const rest = some.length - heldHere - failedHere;
      const { done, skipped } = orders.size === 1 ? outcome : sharesOf(outcome, rest);
      counts.held += heldHere;
      counts.failed += failedHere;
      counts.skipped += skipped ?? 0;
      counts.done += done ?? 0;
      this.close(order, part, isBrokenOff ? 'cancelled' : 'completed');
    }
  }

  /** Files that somebody cancelled. */
  drop(entries: readonly Entry[]): void {
    for (const [order, some] of byOrder(entries)) {
      const part = this.parts.get(order);
      if (part === undefined) continue;
      part.counts.skipped += some.length;
      this.close(order, part, 'cancelled');
    }
  }

  /** What changed since this was asked last. */
  takeChanged(): Omit<PartRecord, 'wanted'>[] {
    const taken = [...this.changed].flatMap((order) => {
      const part = this.parts.get(order);
      return part === undefined ? [] : [{ order, status: part.status, counts: { ...part.counts } }];
    });
    this.changed.clear();
    return taken;
  }

  /** These are to be told again. */
  touch(orders: Iterable<number>): void {
    for (const order of orders) this.changed.add(order);
  }

  private close(order: number, part: Part, status: 'completed' | 'cancelled'): void {
    part.left -= 1;
    this.changed.add(order);
    if (part.left > 0) return;
    part.status = status === 'completed' && part.counts.failed > 0 ? 'failed' : status;
    this.ended += 1;
    this.last = order;
  }
}

/** What tells one file of a step from the others: its row, or its path. */
export function keyOf({ id, path }: { readonly id: number | null; readonly path: string }): string {
  return id === null ? path : `#${id}`;
}

/** The ids of the orders to which these files belong, each once. */
export function ordersOf(entries: readonly Entry[]): number[] {
  return [...new Set(entries.map((entry) => entry.order))];
}

/** What an outcome of several orders means for one of them: files are skipped together, by the clock, or not at all. */
function sharesOf(outcome: Outcome, rest: number): { done: number; skipped: number } {
  const done = (outcome.done ?? 0) > 0 ? rest : 0;
  return { done, skipped: rest - done };
}

function byOrder(entries: readonly Entry[]): Map<number, Entry[]> {
  return groupBy(entries, (entry) => entry.order);
}
