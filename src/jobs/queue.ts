import type { Entry, Step } from '../steps/step.js';
import type { Control } from './control.js';
import { ordersOf } from './parts.js';
import type { Waiting } from './plan-into.js';
import type { Running } from './running.js';

/** An item that may be done now, with its files. */
export interface Ready<Item> extends Waiting<Item> {
  readonly entries: readonly Entry[];
}

/** What waits in the spool, in its order, but for orders that somebody has paused or cancelled. */
export class Queue<Item> {
  private readonly items: AsyncIterator<Waiting<Item>>;
  /** Of orders that are paused: a few, named by a person. */
  private paused: Ready<Item>[] = [];
  private isRead = false;

  constructor(
    private readonly step: Step<Item>,
    private readonly running: Pick<Running, 'spool' | 'recording' | 'tally'>,
    private readonly signal: AbortSignal,
  ) {
    // The spool gives back what was written to it by this same run.
    this.items = (running.spool.read() as AsyncIterable<Waiting<Item>>)[Symbol.asyncIterator]();
  }

  /** The next item; null when there is none left, or the signal says so. */
  async next(): Promise<Ready<Item> | null> {
    const { control } = this.running.recording;
    for (;;) {
      await control.gate([], this.signal);
      if (this.signal.aborted) return null;
      const waiting = this.resumed() ?? (await this.read());
      if (waiting !== null) {
        const ready = this.steered(waiting, control);
        if (ready !== null) return ready;
      } else if (this.paused.length === 0) return null;
      else await control.change(this.signal);
    }
  }

  private async read(): Promise<Ready<Item> | null> {
    if (this.isRead) return null;
    const next = await this.items.next();
    if (next.done !== true) return { ...next.value, entries: this.step.entries?.(next.value.item) ?? [] };
    this.isRead = true;
    return null;
  }

  /** One that was paused, and is no longer. */
  private resumed(): Ready<Item> | null {
    const { control } = this.running.recording;
    const index = this.paused.findIndex(({ entries }) =>
      entries.some((entry) => control.wantedOf(entry.order) !== 'pause'),
    );
    return index === -1 ? null : (this.paused.splice(index, 1)[0] ?? null);
  }

  /** What of an item may be done now: files of paused orders are put aside, those of cancelled ones dropped. */
  private steered(ready: Ready<Item>, control: Control): Ready<Item> | null {
    if (!control.steersOrders) return ready;
    const { parts } = this.running.recording.tracker;
    const wanted = ready.entries.map((entry) => control.wantedOf(entry.order));
    if (wanted.every((wish) => wish === null)) return ready;
    const paused = this.pick(ready, (index) => wanted[index] === 'pause');
    const dropped = this.pick(ready, (index) => wanted[index] === 'cancel');
    const free = this.pick(ready, (index) => wanted[index] === null);
    if (paused !== null) {
      this.paused.push(paused);
      parts.set(ordersOf(paused.entries), 'paused');
    }
    if (dropped !== null) {
      parts.drop(dropped.entries);
      this.running.tally.add({ skipped: dropped.files });
    }
    this.running.recording.tracker.touch();
    return free;
  }

  private pick({ item, entries }: Ready<Item>, wanted: (index: number) => boolean): Ready<Item> | null {
    const some = entries.filter((_, index) => wanted(index));
    if (some.length === 0) return null;
    return { item: this.step.pick?.(item, wanted) ?? item, files: some.length, entries: some };
  }
}
