import { groupBy } from '../domain/group-by.js';
import type { BakFile, FolderFacts } from '../domain/order.js';
import { isOpen, judgeRemoval } from '../domain/removal.js';
import type { Retention } from '../domain/retention.js';
import type { FolderViews } from './ports/disk.js';
import type { BakFiles } from './ports/records.js';
import type { OrderFilter } from './ports/shop.js';
import type { FolderPaths } from './prepare-path.js';
import type { UnlinkItem } from './remove-paths.js';
import { type Planned, sumOf, troubleOf } from './step.js';
import type { UnlinkParts } from './unlink-recorded.js';

/** Small folders are put together, so that the database is asked once for many. */
const PATHS_AN_ITEM = 16;
const MOST_PATHS = 64;

/** How many folders there are from which a plan means to remove something, and how many of them do not exist. */
export interface Looked {
  folders: number;
  absent: number;
}

/** What may go of the files of these rows, a folder at a time, small folders together; and what is held back. */
export async function* planPage(
  page: readonly BakFile[],
  rule: 'discuss' | 'backed-up',
  { source, bakFiles, store, retention, only }: UnlinkParts,
  looked: Looked,
): AsyncGenerator<Planned<UnlinkItem>> {
  const views = await store.look();
  try {
    const rows = await withoutStillMissing(page, views, bakFiles);
    const answer = await source.folderFacts([...new Set(rows.map((row) => row.orderId))]);
    for (const row of rows) {
      const reason = answer.homeless.get(row.orderId);
      if (reason !== undefined) yield { kind: 'held', held: { id: row.id, path: row.filename, reason } };
    }
    yield* planFolders(answer.folders, rows, rule, views, retention, only, looked);
  } finally {
    views.close();
  }
}

/** The rows without those that were found missing and still are: a folder is looked into once, and no facts are asked of them. */
async function withoutStillMissing(
  page: readonly BakFile[],
  views: FolderViews,
  bakFiles: BakFiles,
): Promise<BakFile[]> {
  const missing = page.filter((row) => row.missingTime !== null).map((row) => row.id);
  const located = missing.length > 0 ? await bakFiles.byId(missing) : [];
  const back = new Set<number>();
  for (const [folder, rows] of groupBy(located, (row) => row.folder))
    for (const row of folder === null ? [] : rowsBack(folder, rows, views)) back.add(row.id);
  return page.filter((row) => row.missingTime === null || back.has(row.id));
}

function rowsBack(folder: string, rows: readonly BakFile[], views: FolderViews): readonly BakFile[] {
  try {
    return views.view(folder, (view) => rows.filter((row) => view.look(row.filename) !== null)) ?? [];
  } catch {
    // Something is there; what is wrong with it, the judgement says.
    return rows;
  }
}

function* planFolders(
  folders: readonly FolderFacts[],
  page: readonly BakFile[],
  rule: 'discuss' | 'backed-up',
  views: FolderViews,
  retention: Retention,
  only: OrderFilter,
  looked: Looked,
): Generator<Planned<UnlinkItem>> {
  const pageIds = new Set(page.map((row) => row.id));
  let item: FolderPaths[] = [];
  for (const facts of folders) {
    const open = facts.recorded.filter(
      (row) =>
        isOpen(row, rule) &&
        (only === null || only.includes(row.orderId)) &&
        (row.missingTime === null || pageIds.has(row.id)),
    );
    const rows = firstOfEachPath(open).filter((row) => pageIds.has(row.id));
    let isAbsent: boolean | null = null;
    try {
      // A folder whose rows are spread over pages is counted with the page of its first row.
      const first = firstOf(open);
      if (first !== undefined && pageIds.has(first.id)) {
        const files = views.view(facts.folder, ({ listing }) => listing.files.length);
        isAbsent = files === null;
        if (files !== null) yield { kind: 'seen', files };
      }
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
    // What is held back for another reason would be counted each night anew.
    if (isAbsent !== null && paths.length > 0) looked.folders += 1;
    if (isAbsent && paths.length > 0) looked.absent += 1;
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

/** Several rows may name one path; the first of them speaks for it. */
function firstOfEachPath(rows: readonly BakFile[]): BakFile[] {
  const groups = [...groupBy(rows, (row) => row.filename).values()];
  return groups.flatMap((group) => firstOf(group) ?? []).sort((a, b) => a.id - b.id);
}

/** The row with the lowest id; one that was found missing comes after the others, which know nothing of it on their pages. */
function firstOf(rows: readonly BakFile[]): BakFile | undefined {
  const known = rows.filter((row) => row.missingTime === null);
  const least = (a: BakFile, b: BakFile) => (b.id < a.id ? b : a);
  const [first, ...rest] = known.length > 0 ? known : rows;
  return first && rest.reduce(least, first);
}
