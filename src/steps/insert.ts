import type { Retention } from '../domain/retention.js';
import type { BakFiles, OrderFilter, OrderRange, Source } from './ports.js';
import type { Outcome, Planned, Step } from './step.js';

const ORDERS_A_RANGE = 1000;

export interface InsertParts {
  readonly source: Source;
  readonly bakFiles: BakFiles;
  readonly retention: Retention;
  readonly only: OrderFilter;
  /** Whether the plan counts the files; that costs as much as recording them, so that only a dry run does. */
  readonly counts: boolean;
}

/** Task 1: records in `tbl_bak_order` every file of every finished order that is older than the limit. */
export function insertStep({ source, bakFiles, retention, only, counts }: InsertParts): Step<OrderRange> {
  return {
    name: 'insert',
    removes: false,
    concurrency: 1,
    ready: async () => {},
    recover: async () => {},

    async *plan(): AsyncGenerator<Planned<OrderRange>> {
      let after = Number.MIN_SAFE_INTEGER;
      for (;;) {
        const ids = await source.eligibleOrders(retention, after, ORDERS_A_RANGE, only);
        const [from, to] = [ids.at(0), ids.at(-1)];
        if (from === undefined || to === undefined) return;
        const item = { from, to };
        const files = counts ? await bakFiles.countNew(item, retention, only) : 0;
        yield { kind: 'do', item, files, bytes: 0 };
        after = to;
      }
    },

    async apply(range): Promise<Outcome> {
      const done = await bakFiles.insertNew(range, retention, only);
      return { planned: done, done };
    },
  };
}
