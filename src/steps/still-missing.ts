import { groupBy } from '../domain/group-by.js';
import type { BakFile } from '../domain/order.js';
import type { FolderViews } from './ports/disk.js';
import type { BakFiles } from './ports/records.js';

/** The rows without those that were found missing and still are: a folder is looked into once, and no facts are asked of them. */
export async function withoutStillMissing(
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
    return views.view(folder, (view) => rows.filter((row) => view.stat(row.filename) !== null)) ?? [];
  } catch {
    // Something is there; what is wrong with it, the judgement says.
    return rows;
  }
}
