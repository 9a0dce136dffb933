import type { BakFile, FolderFacts } from '../domain/order.js';
import { isOpen, judgeRemoval } from '../domain/removal.js';
import type { Retention } from '../domain/retention.js';
import type { FolderView, FolderViews } from './ports/disk.js';
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
  let bytes = 0;
  for (const facts of folders) {
    const open = facts.recorded.filter(
      (row) => isOpen(row, rule) && (only === null || only.includes(row.orderId)),
    );
    const rows = firstOfEachPath(open).filter((row) => pageIds.has(row.id));
    if (rows.length === 0) continue;
    let seen: Seen | null;
    try {
      seen = views.view(facts.folder, (view) => see(view, rows));
      // A folder whose rows are spread over pages is counted with the page of its first row.
      const isFirst = pageIds.has(Math.min(...open.map((row) => row.id)));
      if (seen !== null && isFirst) yield { kind: 'seen', files: seen.files };
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
      for (const { id } of some.paths) bytes += seen?.sizes.get(id) ?? 0;
      if (countPaths(item) < PATHS_AN_ITEM) continue;
      yield todo(item, bytes);
      item = [];
      bytes = 0;
    }
  }
  if (item.length > 0) yield todo(item, bytes);
}

/** What is in a folder now: how many files, and of what size those of the rows are, by the rows' ids. */
interface Seen {
  readonly files: number;
  readonly sizes: ReadonlyMap<number, number>;
}

function see({ listing, look }: FolderView, rows: readonly BakFile[]): Seen {
  const sizes = new Map<number, number>();
  const names = new Set(listing.files);
  for (const { id, filename, receipt } of rows) {
    if (!names.has(filename)) continue;
    try {
      // Where there is a receipt, other bytes than its own do not go.
      sizes.set(id, receipt?.size ?? look(filename)?.size ?? 0);
    } catch {
      // What is the matter with it, the removal finds out and says.
    }
  }
  return { files: listing.files.length, sizes };
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

function todo(folders: readonly FolderPaths[], bytes: number): Planned<UnlinkItem> {
  return { kind: 'do', item: { folders }, files: countPaths(folders), bytes };
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
