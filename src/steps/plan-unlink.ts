import { groupBy } from '../domain/group-by.js';
import type { BakFile, FolderFacts } from '../domain/order.js';
import { isOpen, judgeRemoval } from '../domain/removal.js';
import type { FolderViews } from './ports/disk.js';
import type { FolderPaths, Path } from './prepare-path.js';
import type { UnlinkItem } from './remove-paths.js';
import { type Seen, seeRows, whyThumbless } from './see-rows.js';
import { type Planned, sumOf, troubleOf } from './step.js';
import { withoutStillMissing } from './still-missing.js';
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
  parts: UnlinkParts,
  looked: Looked,
): AsyncGenerator<Planned<UnlinkItem>> {
  const { source, bakFiles, store } = parts;
  const views = await store.openViews();
  try {
    const rows = await withoutStillMissing(page, views, bakFiles);
    const answer = await source.folderFacts([...new Set(rows.map((row) => row.orderId))]);
    for (const row of rows) {
      const reason = answer.homeless.get(row.orderId);
      if (reason !== undefined) yield { kind: 'held', held: { id: row.id, path: row.filename, reason } };
    }
    yield* planFolders(answer.folders, rows, rule, views, parts, looked);
  } finally {
    views.close();
  }
}

function* planFolders(
  folders: readonly FolderFacts[],
  page: readonly BakFile[],
  rule: 'discuss' | 'backed-up',
  views: FolderViews,
  { retention, only, thumbsFolder }: Pick<UnlinkParts, 'retention' | 'only' | 'thumbsFolder'>,
  looked: Looked,
): Generator<Planned<UnlinkItem>> {
  const pageIds = new Set(page.map((row) => row.id));
  let item: FolderPaths[] = [];
  let bytes = 0;
  for (const facts of folders) {
    const open = facts.recorded.filter(
      (row) =>
        isOpen(row, rule) &&
        (only === null || only.includes(row.orderId)) &&
        (row.missingTime === null || pageIds.has(row.id)),
    );
    const rows = firstOfEachPath(open).filter((row) => pageIds.has(row.id));
    const first = firstOf(open);
    if (rows.length === 0 || first === undefined) continue;
    let seen: Seen | null;
    try {
      seen = views.view(facts.folder, (view) => seeRows(view, rows));
    } catch (error) {
      const { held = [], failed = [] } = sumOf(
        rows.map((row) => troubleOf(row.id, pathOf(facts, row), error)),
      );
      for (const entry of held) yield { kind: 'held', held: entry };
      for (const entry of failed) yield { kind: 'failed', failed: entry };
      continue;
    }
    // A folder whose rows are spread over pages is counted with the page of its first row.
    const isCounted = pageIds.has(first.id);
    if (isCounted && seen !== null) yield { kind: 'seen', files: seen.files };
    const paths: Path[] = [];
    for (const row of rows) {
      const { id, filename, thumbFault } = row;
      const hold = (reason: string) =>
        ({ kind: 'held', held: { id, path: pathOf(facts, row), reason } }) as const;
      const verdict = judgeRemoval(facts, filename, retention);
      if (!verdict.allowed) {
        yield hold(verdict.reason);
        continue;
      }
      const { receipt } = verdict;
      const fault = receipt === null ? whyThumbless(facts.folder, row, views, thumbsFolder) : null;
      if (fault === null) paths.push({ id, filename, receipt, thumbFault });
      else yield hold(fault);
    }
    // What is held back for another reason would be counted each night anew.
    if (isCounted && paths.length > 0) {
      looked.folders += 1;
      if (seen === null) looked.absent += 1;
    }
    for (const some of inPieces(facts, paths)) {
      item.push(some);
      for (const { id } of some.paths) bytes += seen?.sizes.get(id) ?? 0;
      if (countPaths(item) < PATHS_AN_ITEM) continue;
      yield todo(item, bytes);
      [item, bytes] = [[], 0];
    }
  }
  if (item.length > 0) yield todo(item, bytes);
}

function pathOf(facts: FolderFacts, row: BakFile): string {
  return `${facts.folder}/${row.filename}`;
}

/** A folder may have more files than an item is to have. */
function* inPieces(facts: FolderFacts, paths: readonly Path[]): Generator<FolderPaths> {
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
