import type { Clock } from '../domain/clock.js';
import type { Deletions, OrderStore, Waiting } from './ports.js';
import { type Failure, failureOf, type Outcome, type Planned, type Step } from './step.js';

const PAGE = 500;

export interface PurgeParts {
  readonly deletions: Deletions;
  readonly store: OrderStore;
  readonly clock: Clock;
  /** How long trash waits in the quarantine, ms. */
  readonly keep: number;
}

/** The end of task 3: deletes for good what has waited in the quarantine long enough, and only what orderbak put there. */
export function purgeTrashStep({ deletions, store, clock, keep }: PurgeParts): Step<Waiting[]> {
  return {
    name: 'purge-trash',
    removes: false,
    concurrency: 1,
    ready: () => store.checkWritable(),
    recover: async () => {},

    async *plan(): AsyncGenerator<Planned<Waiting[]>> {
      const doneBefore = clock() - keep;
      for (let after = 0; ; ) {
        const page = await deletions.waiting(doneBefore, after, PAGE);
        const last = page.at(-1);
        if (last === undefined) return;
        const bytes = page.reduce((sum, entry) => sum + entry.size, 0);
        yield { kind: 'do', item: page, files: page.length, bytes };
        after = last.id;
      }
    },

    async apply(page): Promise<Outcome> {
      const purged: Waiting[] = [];
      const failed: Failure[] = [];
      for (const entry of page) {
        try {
          await store.purge(entry.quarantine);
          purged.push(entry);
        } catch (error) {
          failed.push(failureOf(null, entry.quarantine, error));
        }
      }
      await deletions.purged(purged.map((entry) => entry.id));
      return { done: purged.length, bytes: purged.reduce((sum, entry) => sum + entry.size, 0), failed };
    },
  };
}
