import type { Clock } from '../domain/clock.js';
import { pagesOf } from '../domain/pages.js';
import type { Retention } from '../domain/retention.js';
import { whyWantedAgain } from '../domain/wanted-again.js';
import { freshness } from './freshness.js';
import { lookInQuarantine } from './look-in-quarantine.js';
import type { OrderStore } from './ports/disk.js';
import type { Deletions, Quarantine, Trashed, WaitingFilter } from './ports/removals.js';
import type { Source } from './ports/shop.js';
import {
  type Failure,
  failureOf,
  type Held,
  type Outcome,
  type Planned,
  RunStopped,
  type Step,
} from './step.js';

const PAGE = 500;

export interface PurgeParts {
  readonly deletions: Deletions;
  readonly quarantine: Quarantine;
  readonly store: OrderStore;
  readonly which: WaitingFilter;
  readonly source: Source;
  readonly retention: Retention;
  readonly clock: Clock;
}

/** The end of task 3: deletes for good what waits in the quarantine, and only what orderbak put there. The item: row ids. */
export function purgeTrashStep(parts: PurgeParts): Step<number[]> {
  const { deletions, quarantine, store, which } = parts;
  return {
    name: 'purge-trash',
    removes: true,
    concurrency: 1,
    ready: () => store.checkWritable(),
    recover: async () => {},

    async *plan(): AsyncGenerator<Planned<number[]>> {
      yield { kind: 'seen', files: await quarantine.countWaiting() };
      const pages = pagesOf(
        (after) => quarantine.waiting(which, after, PAGE),
        ({ id }) => id,
      );
      for await (const page of pages) {
        const { held, free: some } = await judge(page.filter(mayGo), parts);
        for (const one of held) yield { kind: 'held', held: one };
        const item = some.map((file) => file.id);
        if (item.length > 0) yield { kind: 'do', item, files: item.length, bytes: bytesOf(some) };
      }
    },

    pick: (item, wanted) => item.filter((_, index) => wanted(index)),

    async apply(ids, applying): Promise<Outcome> {
      const purged: Trashed[] = [];
      const failed: Failure[] = [];
      const whyStale = freshness(parts.clock);
      const { held, free } = await judge((await quarantine.byId(ids)).filter(mayGo), parts);
      try {
        for (const file of free) {
          // Outside the try: without the lease nothing more is touched.
          await deletions.confirm(applying);
          const stale = whyStale();
          if (stale !== null) {
            held.push({ id: null, path: pathOf(file), reason: stale });
            continue;
          }
          try {
            await store.purge(file.quarantine);
            purged.push(file);
          } catch (error) {
            if (error instanceof RunStopped) throw error;
            failed.push(failureOf(null, file.quarantine, error));
          }
        }
      } finally {
        await quarantine.purged(purged.map((file) => file.id));
      }
      const skipped = ids.length - purged.length - failed.length - held.length;
      return { done: purged.length, skipped, held, bytes: bytesOf(purged), failed };
    },
  };
}

/** The database is asked about the folders of all of them at once. What has left the quarantine cannot be held there. */
async function judge(
  files: readonly Trashed[],
  { source, store, retention }: PurgeParts,
): Promise<{ held: Held[]; free: Trashed[] }> {
  const held: Held[] = [];
  const free: Trashed[] = [];
  const facts = await source.factsIn([...new Set(files.map(({ folder }) => folder))]);
  const factsOf = new Map(facts.map((each) => [each.folder, each]));
  for (const file of files) {
    const { folder, filename } = file;
    const known = factsOf.get(folder);
    const reason = known === undefined ? null : whyWantedAgain(filename, known, retention);
    if (reason === null || lookInQuarantine(store, file.quarantine, filename) === null) free.push(file);
    else held.push({ id: null, path: pathOf(file), reason });
  }
  return { held, free };
}

function pathOf({ folder, filename }: Trashed): string {
  return `${folder}/${filename}`;
}

function mayGo({ purged, restoring }: Trashed): boolean {
  return purged === null && restoring === null;
}

function bytesOf(files: readonly Trashed[]): number {
  return files.reduce((sum, file) => sum + file.size, 0);
}
