import type { Clock } from '../domain/clock.js';
import type { Retention } from '../domain/retention.js';
import { planPage } from './plan-unlink.js';
import type { OrderStore } from './ports/disk.js';
import type { BakFiles } from './ports/records.js';
import type { Deletions } from './ports/removals.js';
import type { OrderFilter, Source } from './ports/shop.js';
import { removePaths, type UnlinkItem } from './remove-paths.js';
import { settleRemovals } from './settle.js';
import type { Planned, Step } from './step.js';

const ROWS_A_PAGE = 500;

export interface UnlinkParts {
  readonly source: Pick<Source, 'folderFacts' | 'sameFacts'>;
  readonly bakFiles: BakFiles;
  readonly deletions: Deletions;
  readonly store: OrderStore;
  readonly retention: Retention;
  readonly only: OrderFilter;
  readonly clock: Clock;
  /** The shop's local time now, as text. */
  readonly localNow: () => string;
}

/** Task 2: takes the discuss files from the server, leaving thumbs. */
export function unlinkDiscussStep(parts: UnlinkParts): Step<UnlinkItem> {
  return unlinkStep('unlink-discuss', 'discuss', parts);
}

/** Task 5: takes the files from the server that the office holds, leaving thumbs. */
export function unlinkBackedUpStep(parts: UnlinkParts): Step<UnlinkItem> {
  return unlinkStep('unlink-backed-up', 'backed-up', parts);
}

/**
 * The two tasks differ only in the rows from which they start. The path is what is removed:
 * the step that finds all of its records allowing it removes it and closes them all.
 */
function unlinkStep(
  name: 'unlink-discuss' | 'unlink-backed-up',
  rule: 'discuss' | 'backed-up',
  parts: UnlinkParts,
): Step<UnlinkItem> {
  const { bakFiles, deletions, store, only, localNow } = parts;
  return {
    name,
    removes: true,
    concurrency: 4,
    ready: () => store.checkWritable(),
    recover: () => settleRemovals(deletions, store, rule, localNow()),

    async *plan(): AsyncGenerator<Planned<UnlinkItem>> {
      for (let after = 0; ; ) {
        const page = await bakFiles.openRows(rule, after, ROWS_A_PAGE, only);
        const last = page.at(-1);
        if (last === undefined) return;
        yield* planPage(page, rule, parts);
        after = last.id;
      }
    },

    // A folder that several orders share counts as the first one's.
    entries: ({ folders }) =>
      folders.flatMap(({ folder, orderIds, paths }) =>
        paths.map(({ id, filename }) => ({ id, path: `${folder}/${filename}`, order: orderIds[0] ?? 0 })),
      ),
    pick: pickPaths,
    apply: (item, applying) => removePaths(item, rule, applying, parts),
  };
}

/** An item with only those of its paths that are wanted, by their places in it. */
function pickPaths({ folders }: UnlinkItem, wanted: (index: number) => boolean): UnlinkItem {
  let index = 0;
  const picked = folders.map((each) => ({ ...each, paths: each.paths.filter(() => wanted(index++)) }));
  return { folders: picked.filter(({ paths }) => paths.length > 0) };
}
