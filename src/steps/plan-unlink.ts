import type { BakFile, FolderFacts } from '../domain/order.js';
import { isOpen, judgeRemoval } from '../domain/removal.js';
import type { Retention } from '../domain/retention.js';
import type { FolderViews } from './ports/disk.js';
import type { OrderFilter } from './ports/shop.js';
import type { FolderPaths } from './prepare-path.js';
import type { UnlinkItem } from './remove-paths.js';
import { type Planned, sumOf, troubleOf } from './step.js';
import type { UnlinkParts } from './unlink-recorded.js';

/** Small folders are put together, so that the database is asked once for many. */
const PATHS_AN_ITEM = 16;
const MOST_PATHS = 64;

/** What may go of the files of these rows, a folder at a time, small folders together; and what is held back. */
export async function* planPage(
  page: readonly BakFile[],
  rule: 'discuss' | 'backed-up',
  { source, store, retention, only }: UnlinkParts,
): AsyncGenerator<Planned<UnlinkItem>> {
  const answer = await source.folderFacts([...new Set(page.map((row) => row.orderId))]);
  for (const row of page) {
    const reason = answer.homeless.get(row.orderId);
    if (reason !== undefined) yield { kind: 'held', held: { id: row.id, path: row.filename, reason } };
  }
  const views = await store.look();
  try {
    yield* planFolders(answer.folders, page, rule, views, retention, only);
  } finally {
    views.close();
  }
}

function* planFolders(
  folders: readonly FolderFacts[],
  page: readonly BakFile[],
  rule: 'discuss' | 'backed-up',
  views: FolderViews,
  retention: Retention,
  only: OrderFilter,
): Generator<Planned<UnlinkItem>> {
  const pageIds = new Set(page.map((row) => row.id));
  let item: FolderPaths[] = [];
  for (const facts of folders) {
    const open = facts.recorded.filter(
      (row) => isOpen(row, rule) && (only === null || only.includes(row.orderId)),
    );
    const rows = firstOfEachPath(open).filter((row) => pageIds.has(row.id));
    try {
      // A folder whose rows are spread over pages is counted with the page of its first row.
      const isFirst = open.length > 0 && pageIds.has(Math.min(...open.map((row) => row.id)));
      const files = isFirst ? views.view(facts.folder, ({ listing }) => listing.files.length) : null;
      if (files !== null) yield { kind: 'seen', files };
    } catch (error) {
      const { held = [], failed = [] } = sumOf(
        rows.map((row) => troubleOf(row.id, pathOf(facts, row), error)),
      );
      for (const entry of held) yield { kind: 'held', held: entry };
      for (const entry of failed) yield { kind: 'failed', failed: entry };
      continue;
    }
    const paths: FolderPaths['paths'][number][] = [];
    for (const row of rows) {
      const { id, filename, thumbFault } = row;
      const verdict = judgeRemoval(facts, filename, retention);
      if (verdict.allowed) paths.push({ id, filename, receipt: verdict.receipt, thumbFault });
      else yield { kind: 'held', held: { id, path: pathOf(facts, row), reason: verdict.reason } };
    }
    for (const some of inPieces(facts, paths)) {
      item.push(some);
      if (countPaths(item) < PATHS_AN_ITEM) continue;
      yield todo(item);
      item = [];
    }
  }
  if (item.length > 0) yield todo(item);
}

function pathOf(facts: FolderFacts, row: BakFile): string {
  return `${facts.folder}/${row.filename}`;
}

/** A folder may have more files than an item is to have. */
function* inPieces(facts: FolderFacts, paths: FolderPaths['paths']): Generator<FolderPaths> {
  const orderIds = facts.orders.map((order) => order.id);
  for (let i = 0; i < paths.length; i += MOST_PATHS)
    yield { folder: facts.folder, orderIds, paths: paths.slice(i, i + MOST_PATHS) };
}

function countPaths(folders: readonly FolderPaths[]): number {
  return folders.reduce((sum, { paths }) => sum + paths.length, 0);
}

function todo(folders: readonly FolderPaths[]): Planned<UnlinkItem> {
  const receipts = folders.flatMap(({ paths }) => paths.map((path) => path.receipt));
  const bytes = receipts.reduce((sum, receipt) => sum + (receipt?.size ?? 0), 0);
  return { kind: 'do', item: { folders }, files: receipts.length, bytes };
}

/** Several rows may name one path; the one with the lowest id speaks for it. */
function firstOfEachPath(rows: readonly BakFile[]): BakFile[] {
  const first = new Map<string, BakFile>();
  for (const row of rows) {
    const other = first.get(row.filename);
    if (other === undefined || row.id < other.id) first.set(row.filename, row);
  }
  return [...first.values()].sort((a, b) => a.id - b.id);
}
