import type { Retention } from '../domain/retention.js';
import type { OrderStore } from './ports/disk.js';
import type { BakFiles } from './ports/records.js';
import type { OrderBlocks, OrderFilter, OrderRange } from './ports/shop.js';
import { type Present, presentRows } from './present-rows.js';
import type { Outcome, Planned, Step } from './step.js';

export interface InsertParts {
  readonly orderBlocks: OrderBlocks;
  readonly bakFiles: BakFiles;
  /** Opened only where a file may have come back. */
  readonly store: () => Pick<OrderStore, 'openViews'>;
  readonly retention: Retention;
  readonly only: OrderFilter;
  /** Whether the plan counts the files; that costs as much as recording them, so that only a dry run does. */
  readonly counts: boolean;
}

/**
 * Task 1: records in `tbl_bak_order` every file of every finished order that is older than the limit. A file that was removed
 * is recorded again if it lies there anew, and its order was finished once more since.
 */
export function insertStep(parts: InsertParts): Step<OrderRange> {
  const { orderBlocks, bakFiles, retention, only, counts } = parts;
  return {
    name: 'insert',
    removes: false,
    // While the rows of one range are written, one after the other, the next one is looked at.
    concurrency: 2,
    ready: async () => {},
    recover: async () => {},

    async *plan(): AsyncGenerator<Planned<OrderRange>> {
      for await (const item of orderBlocks.changed(retention, only)) {
        const files = counts ? await countWanting(item, parts) : 0;
        yield { kind: 'do', item, files, bytes: 0 };
      }
    },

    async apply(range): Promise<Outcome> {
      const settle = await orderBlocks.fingerprint(range, retention, only);
      const { there, inDoubt } = await cameBack(range, parts);
      await bakFiles.reopen(there.map((row) => row.id));
      const done = there.length + (await bakFiles.insertNew(range, retention, only));
      // What cannot be seen tonight is looked for again: the range is not left out.
      if (inDoubt.length === 0) await settle();
      return { planned: done, done };
    },
  };
}

async function countWanting(range: OrderRange, parts: InsertParts): Promise<number> {
  const { there } = await cameBack(range, parts);
  return there.length + (await parts.bakFiles.countNew(range, parts.retention, parts.only));
}

/** The closed rows whose file somebody put back, or wrote anew, before the order was finished once more. */
async function cameBack(range: OrderRange, parts: InsertParts): Promise<Present> {
  const { bakFiles, retention, only, store } = parts;
  const closed = await bakFiles.closedBeforeFinish(range, retention, only);
  if (closed.length === 0) return { there: [], inDoubt: [] };
  const views = await store().openViews();
  try {
    return presentRows(closed, views);
  } finally {
    views.close();
  }
}
