import type { Clock } from '../domain/clock.js';
import { pathOf } from '../domain/file-name.js';
import { pagesOf } from '../domain/pages.js';
import type { Retention } from '../domain/retention.js';
import { EXIT, OrderbakError } from '../errors.js';
import type { Looked } from './plan-folder.js';
import { planPage } from './plan-unlink.js';
import type { OrderStore } from './ports/disk.js';
import type { BakFiles, RecordedRule } from './ports/records.js';
import type { Deletions } from './ports/removals.js';
import type { OrderFilter, Source } from './ports/shop.js';
import { removePaths, type UnlinkItem } from './remove-paths.js';
import { settleRemovals } from './settle.js';
import type { Planned, Step } from './step.js';

const ROWS_A_PAGE = 500;
/** Of fewer folders nothing can be told. */
const FEWEST_FOLDERS = 10;

export interface UnlinkParts {
  readonly source: Pick<Source, 'folderFacts' | 'sameFacts'>;
  readonly bakFiles: BakFiles;
  readonly deletions: Deletions;
  readonly store: OrderStore;
  /** The name of the thumbs' folder inside an order folder. */
  readonly thumbsFolder: string;
  readonly retention: Retention;
  readonly only: OrderFilter;
  readonly clock: Clock;
  /** The shop's local time now, as text. */
  readonly localNow: () => string;
  /** A person says that folders which do not exist were removed by hand. */
  readonly vouched: boolean;
}

/** The same for one of the two tasks. */
export interface Unlinking extends UnlinkParts {
  readonly rule: RecordedRule;
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
  rule: RecordedRule,
  parts: UnlinkParts,
): Step<UnlinkItem> {
  const { bakFiles, deletions, store, only, clock, localNow, vouched } = parts;
  const unlinking: Unlinking = { ...parts, rule };
  return {
    name,
    removes: true,
    concurrency: 4,
    ready: () => store.checkWritable(),
    recover: () => settleRemovals(deletions, store, rule, localNow()),

    async *plan(): AsyncGenerator<Planned<UnlinkItem>> {
      const looked = { folders: 0, absent: 0 };
      const now = clock();
      const pages = pagesOf(
        (after) => bakFiles.openRows({ rule, only, now }, after, ROWS_A_PAGE),
        ({ id }) => id,
      );
      for await (const page of pages) yield* planPage(page, unlinking, looked);
      if (!vouched && isAlarming(looked)) throw foldersMissing(looked);
    },

    // A folder that several orders share counts as the first one's.
    entries: ({ folders }) =>
      folders.flatMap(({ folder, orderIds, paths }) =>
        paths.map(({ id, filename }) => ({
          id,
          path: pathOf({ folder, filename }),
          order: orderIds[0] ?? 0,
        })),
      ),
    pick: pickPaths,
    apply: (item, applying) => removePaths(item, applying, unlinking),
  };
}

/**
 * Where a root or a zone is wrong, no folder is found. Most may well be gone: a shop that cleaned up by hand has years of them.
 * What is noted as missing is looked for again, so that the alarm is for the person, and no file depends on it.
 */
function isAlarming({ folders, absent }: Looked): boolean {
  return folders >= FEWEST_FOLDERS && absent === folders;
}

function foldersMissing({ folders }: Looked): OrderbakError {
  return new OrderbakError(
    EXIT.stopped,
    'folders-missing',
    `none of the ${folders} order folders from which files are to go exists; nothing was removed, and no file was noted as missing`,
    'Look whether [orders] root and folder and [shop] timezone are right, and whether every disk is mounted. If the folders were removed by hand, allow it once with a number of files at --max-delete.',
  );
}

/** An item with only those of its paths that are wanted, by their places in it. */
function pickPaths({ folders }: UnlinkItem, wanted: (index: number) => boolean): UnlinkItem {
  let index = 0;
  const picked = folders.map((each) => ({ ...each, paths: each.paths.filter(() => wanted(index++)) }));
  return { folders: picked.filter(({ paths }) => paths.length > 0) };
}
