import { addCensus, type Census, EMPTY_CENSUS, whyAlarming } from '../domain/census.js';
import type { FolderNames, Order } from '../domain/order.js';
import { piecesOf } from '../domain/pieces.js';
import { type Retention, whyKept } from '../domain/retention.js';
import { EXIT, OrderbakError } from '../errors.js';
import { type Findings, glanceForTrash } from './find-trash.js';
import type { FolderViews, Glance } from './ports/disk.js';
import type { NamesPage, OrderFilter } from './ports/shop.js';
import { type RemovingTrash, removeTrash, type TrashItem } from './remove-trash.js';
import { settleRemovals } from './settle.js';
import { type Planned, type Step, troubleOf } from './step.js';

const FILES_AN_ITEM = 256;

export interface TrashParts extends RemovingTrash {
  readonly only: OrderFilter;
  /** What the database knew at an earlier run; null = there was none, or a person vouches for what it knows now. */
  readonly earlier: Census | null;
}

/**
 * Task 3: takes the files from finished orders' folders that the database does not know. Its plan stops with an alarm where
 * the database seems to have lost rows; `census` answers what the plan found it to know.
 */
export function unlinkTrashStep(parts: TrashParts): Step<TrashItem> & { census(): Census } {
  const { source, deletions, store, retention, only, localNow, earlier } = parts;
  let census = EMPTY_CENSUS;
  return {
    census: () => census,
    name: 'unlink-trash',
    removes: true,
    concurrency: 4,
    ready: () => store.checkWritable(),
    recover: () => settleRemovals(deletions, store, 'trash', localNow()),

    async *plan(): AsyncGenerator<Planned<TrashItem>> {
      const looked = { folders: 0, alarming: 0 };
      for await (const page of source.knownNames(retention, only)) {
        const isFirst = isFirstOfItsFolder(page, retention, only);
        const views = await store.openViews();
        try {
          for (const takeApart of page.folders) {
            for (const names of (await takeApart()).filter(isFirst)) {
              census = addCensus(census, names.census);
              const found = lookInto(names, views, parts);
              if (found === null) continue;
              looked.folders += 1;
              if (found.alarming) looked.alarming += 1;
              yield* plannedOf(names, found);
            }
          }
        } finally {
          views.close();
        }
      }
      if (looked.alarming * 2 > looked.folders) throw alarm(wordsOf(looked));
      const fault = earlier === null || only !== null ? null : whyAlarming(earlier, census);
      if (fault !== null) throw alarm(fault);
    },

    // A folder that several orders share counts as the first one's.
    entries: ({ folder, orderIds, names }) =>
      names.map((name) => ({ id: null, path: `${folder}/${name}`, order: orderIds[0] ?? 0 })),
    pick: (item, wanted) => ({ ...item, names: item.names.filter((_, index) => wanted(index)) }),
    apply: (item, applying) => removeTrash(item, applying, parts),
  };
}

/** Orders that share a folder may come with different pages; the finished one with the lowest id brings the folder. */
function isFirstOfItsFolder(
  page: NamesPage,
  retention: Retention,
  only: OrderFilter,
): (names: FolderNames) => boolean {
  const inPage = new Set(page.orderIds);
  // One that the view gives twice is finished by one of its rows: what is held on its account is told.
  const isDue = (order: Order) =>
    whyKept(order, retention) === null || (order.isGivenTwice && inPage.has(order.id));
  const isMeant = (order: Order) => isDue(order) && (only?.includes(order.id) ?? true);
  return ({ orders }) => {
    const ids = orders.filter(isMeant).map((order) => order.id);
    return inPage.has(ids.reduce((least, id) => Math.min(least, id), Number.POSITIVE_INFINITY));
  };
}

/** What is trash in a folder; null when the folder does not exist. */
function lookInto(names: FolderNames, views: FolderViews, parts: TrashParts): Findings<Glance> | null {
  const { retention, clock, minAge } = parts;
  try {
    return views.view(names.folder, (view) => glanceForTrash(names, view, retention, clock() - minAge));
  } catch (error) {
    return { trash: [], troubles: troubleOf(null, names.folder, error), seen: 0, alarming: false };
  }
}

function* plannedOf({ folder, orders }: FolderNames, found: Findings<Glance>): Generator<Planned<TrashItem>> {
  yield { kind: 'seen', files: found.seen };
  for (const held of found.troubles.held ?? []) yield { kind: 'held', held };
  for (const failed of found.troubles.failed ?? []) yield { kind: 'failed', failed };
  const orderIds = orders.map((order) => order.id);
  for (const some of piecesOf(found.trash, FILES_AN_ITEM)) {
    const item = { folder, orderIds, names: some.map((file) => file.name) };
    yield {
      kind: 'do',
      item,
      files: some.length,
      bytes: some.reduce((sum, file) => sum + file.stat.size, 0),
    };
  }
}

function wordsOf({ folders, alarming }: { folders: number; alarming: number }): string {
  return `in ${alarming} of ${folders} folders the database does not know what it must know`;
}

function alarm(fault: string): OrderbakError {
  return new OrderbakError(
    EXIT.stopped,
    'database-shrunk',
    `${fault}: rows seem to be missing, and nothing was removed`,
    "Look whether the shop's tables are complete. If they are, look at the plan with --dry-run --verbose and allow it once with --max-delete.",
  );
}
