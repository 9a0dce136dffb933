import type { Deletions, OrderStore, Quarantine, Trashed, WaitingFilter } from './ports.js';
import { type Failure, failureOf, type Outcome, type Planned, RunStopped, type Step } from './step.js';

const PAGE = 500;

export interface PurgeParts {
  readonly deletions: Deletions;
  readonly quarantine: Quarantine;
  readonly store: OrderStore;
  readonly which: WaitingFilter;
}

/** The end of task 3: deletes for good what waits in the quarantine, and only what orderbak put there. The item: row ids. */
export function purgeTrashStep({ deletions, quarantine, store, which }: PurgeParts): Step<number[]> {
  return {
    name: 'purge-trash',
    removes: true,
    concurrency: 1,
    ready: () => store.checkWritable(),
    recover: async () => {},

    async *plan(): AsyncGenerator<Planned<number[]>> {
      yield { kind: 'seen', files: await quarantine.countWaiting() };
      for (let after = 0; ; ) {
        const page = await quarantine.waiting(which, after, PAGE);
        const last = page.at(-1);
        if (last === undefined) return;
        const some = page.filter(mayGo);
        const item = some.map((file) => file.id);
        if (item.length > 0) yield { kind: 'do', item, files: item.length, bytes: bytesOf(some) };
        after = last.id;
      }
    },

    pick: (item, wanted) => item.filter((_, index) => wanted(index)),

    async apply(ids, applying): Promise<Outcome> {
      const purged: Trashed[] = [];
      const failed: Failure[] = [];
      const purgeAll = async () => {
        for (const file of (await quarantine.byId(ids)).filter(mayGo)) {
          // Outside the try: without the lease nothing more is touched.
          await deletions.confirm(applying);
          try {
            await store.purge(file.quarantine);
            purged.push(file);
          } catch (error) {
            if (error instanceof RunStopped) throw error;
            failed.push(failureOf(null, file.quarantine, error));
          }
        }
      };
      await purgeAll().finally(() => quarantine.purged(purged.map((file) => file.id)));
      const skipped = ids.length - purged.length - failed.length;
      return { done: purged.length, skipped, bytes: bytesOf(purged), failed };
    },
  };
}

function mayGo({ purged, restoring }: Trashed): boolean {
  return purged === null && restoring === null;
}

function bytesOf(files: readonly Trashed[]): number {
  return files.reduce((sum, file) => sum + file.size, 0);
}
