import type { Retention } from '../domain/retention.js';
import type { BakFiles } from './ports/records.js';
import type { OrderBlocks, OrderFilter, OrderRange } from './ports/shop.js';
import type { Outcome, Planned, Step } from './step.js';

export interface InsertParts {
  readonly orderBlocks: OrderBlocks;
  readonly bakFiles: BakFiles;
  readonly retention: Retention;
  readonly only: OrderFilter;
  /** Whether the plan counts the files; that costs as much as recording them, so that only a dry run does. */
  readonly counts: boolean;
}

/** Task 1: records in `tbl_bak_order` every file of every finished order that is older than the limit. */
export function insertStep({
  orderBlocks,
  bakFiles,
  retention,
  only,
  counts,
}: InsertParts): Step<OrderRange> {
  return {
    name: 'insert',
    removes: false,
    // While the rows of one range are written, one after the other, the next one is looked at.
    concurrency: 2,
    ready: async () => {},
    recover: async () => {},

    async *plan(): AsyncGenerator<Planned<OrderRange>> {
      for await (const item of orderBlocks.changed(retention, only)) {
        const files = counts ? await bakFiles.countNew(item, retention, only) : 0;
        yield { kind: 'do', item, files, bytes: 0 };
      }
    },

    async apply(range): Promise<Outcome> {
      const settle = await orderBlocks.fingerprint(range, retention, only);
      const done = await bakFiles.insertNew(range, retention, only);
      await settle();
      return { planned: done, done };
    },
  };
}
