import type { Clock } from '../domain/clock.js';
import { pathOf } from '../domain/file-name.js';
import { groupBy } from '../domain/group-by.js';
import type { FolderFacts } from '../domain/order.js';
import { pagesOf } from '../domain/pages.js';
import { piecesOf } from '../domain/pieces.js';
import type { Retention } from '../domain/retention.js';
import { freshness } from './freshness.js';
import { judgeWaiting } from './judge-waiting.js';
import type { OrderStore } from './ports/disk.js';
import type { Deletions, Quarantine, Trashed, WaitingFilter } from './ports/removals.js';
import type { OncePlaces, Source } from './ports/shop.js';
import { type Failure, failureOf, type Outcome, type Planned, RunStopped, type Step } from './step.js';

const PAGE = 500;
/** To purge a file takes a while: the database is asked again after so many. */
const FILES_AN_ITEM = 16;

/** Rows, and all orders that were found in the folders of the files, or had been there. */
export interface PurgeItem {
  readonly ids: readonly number[];
  readonly orderIds: readonly number[];
}

export interface PurgeParts {
  readonly deletions: Deletions;
  readonly quarantine: Quarantine;
  readonly store: OrderStore;
  readonly which: WaitingFilter;
  readonly source: Source;
  readonly retention: Retention;
  readonly clock: Clock;
}

/** The end of task 3: deletes for good what waits in the quarantine, and only what orderbak put there. */
export function purgeTrashStep(parts: PurgeParts): Step<PurgeItem> {
  const { deletions, quarantine, source, store, which } = parts;
  return {
    name: 'purge-trash',
    removes: true,
    concurrency: 1,
    ready: () => store.checkWritable(),
    recover: async () => {},

    async *plan(): AsyncGenerator<Planned<PurgeItem>> {
      yield { kind: 'seen', files: await quarantine.countWaiting() };
      const pages = pagesOf(
        (after) => quarantine.waiting(which, after, PAGE),
        ({ id }) => id,
      );
      for await (const page of pages) {
        const files = page.filter(mayGo);
        const facts = await source.factsIn(placesOf(files));
        const { held, free } = await judgeWaiting(files, facts, parts);
        for (const one of held) yield { kind: 'held', held: one };
        for (const some of piecesOf(free, FILES_AN_ITEM)) {
          const item = { ids: some.map((file) => file.id), orderIds: ordersOf(some, facts) };
          yield { kind: 'do', item, files: some.length, bytes: bytesOf(some) };
        }
      }
    },

    pick: (item, wanted) => ({ ...item, ids: item.ids.filter((_, index) => wanted(index)) }),

    async apply({ ids, orderIds }, applying): Promise<Outcome> {
      const purged: Trashed[] = [];
      const failed: Failure[] = [];
      const whyStale = freshness(parts.clock);
      const files = (await quarantine.byId(ids)).filter(mayGo);
      const facts = await source.sameFactsIn(placesOf(files), orderIds);
      const { held, free } = await judgeWaiting(files, facts, parts);
      let stopped: RunStopped | undefined;
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
      } catch (error) {
        if (!(error instanceof RunStopped)) throw error;
        stopped = error;
      } finally {
        await quarantine.purged(purged.map((file) => file.id));
      }
      const handled = purged.length + failed.length + held.length;
      const skipped = stopped === undefined ? ids.length - handled : 0;
      return { done: purged.length, skipped, held, bytes: bytesOf(purged), failed, stopped };
    },
  };
}

/** The folders of files, with the orders whose they were when the files were taken. */
function placesOf(files: readonly Trashed[]): OncePlaces {
  const places = groupBy(files, ({ folder }) => folder);
  return new Map(Array.from(places, ([folder, some]) => [folder, some.flatMap(({ orderIds }) => orderIds)]));
}

function ordersOf(files: readonly Trashed[], facts: readonly FolderFacts[]): number[] {
  const folders = new Set(files.map(({ folder }) => folder));
  const some = facts.filter(({ folder }) => folders.has(folder));
  return [...new Set(some.flatMap(({ orders }) => orders.map((order) => order.id)))];
}

function mayGo({ purged, restoring }: Trashed): boolean {
  return purged === null && restoring === null;
}

function bytesOf(files: readonly Trashed[]): number {
  return files.reduce((sum, file) => sum + file.size, 0);
}
