import type { BakFile, FolderFacts } from '../domain/order.js';
import { piecesOf } from '../domain/pieces.js';
import { type Looked, type Planning, planFolder } from './plan-folder.js';
import type { FolderPaths, RecordedPath } from './prepare-path.js';
import type { UnlinkItem } from './remove-paths.js';
import type { Planned } from './step.js';
import { withoutStillMissing } from './still-missing.js';
import type { Unlinking } from './unlink-recorded.js';

/** Small folders are put together, so that the database is asked once for many. */
const PATHS_AN_ITEM = 16;
const MOST_PATHS = 64;

/** What may go of the files of these rows, a folder at a time, small folders together; and what is held back. */
export async function* planPage(
  page: readonly BakFile[],
  unlinking: Unlinking,
  looked: Looked,
): AsyncGenerator<Planned<UnlinkItem>> {
  const { source, bakFiles, store } = unlinking;
  const views = await store.openViews();
  try {
    const rows = await withoutStillMissing(page, views, bakFiles);
    const answer = await source.folderFacts([...new Set(rows.map((row) => row.orderId))]);
    for (const row of rows) {
      const reason = answer.homeless.get(row.orderId);
      if (reason !== undefined) yield { kind: 'held', held: { id: row.id, path: row.filename, reason } };
    }
    const pageIds = new Set(rows.map((row) => row.id));
    yield* planFolders(answer.folders, { ...unlinking, looked, views, pageIds });
  } finally {
    views.close();
  }
}

function* planFolders(folders: readonly FolderFacts[], planning: Planning): Generator<Planned<UnlinkItem>> {
  let item: FolderPaths[] = [];
  let bytes = 0;
  for (const facts of folders) {
    const { paths, sizes } = yield* planFolder(facts, planning);
    for (const some of inPieces(facts, paths)) {
      item.push(some);
      for (const { id } of some.paths) bytes += sizes.get(id) ?? 0;
      if (countPaths(item) < PATHS_AN_ITEM) continue;
      yield todo(item, bytes);
      [item, bytes] = [[], 0];
    }
  }
  if (item.length > 0) yield todo(item, bytes);
}

/** A folder may have more files than an item is to have. */
function* inPieces(facts: FolderFacts, paths: readonly RecordedPath[]): Generator<FolderPaths> {
  const orderIds = facts.orders.map((order) => order.id);
  for (const some of piecesOf(paths, MOST_PATHS)) yield { folder: facts.folder, orderIds, paths: some };
}

function countPaths(folders: readonly FolderPaths[]): number {
  return folders.reduce((sum, { paths }) => sum + paths.length, 0);
}

function todo(folders: readonly FolderPaths[], bytes: number): Planned<UnlinkItem> {
  const absent = folders.flatMap(({ paths }) => paths).filter(({ isThere }) => !isThere).length;
  return { kind: 'do', item: { folders }, files: countPaths(folders), bytes, absent };
}
