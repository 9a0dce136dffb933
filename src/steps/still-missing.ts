import type { BakFile } from '../domain/order.js';
import type { FolderViews } from './ports/disk.js';
import type { BakFiles } from './ports/records.js';
import { presentRows } from './present-rows.js';

/** The rows without those that were found missing and still are: a folder is looked into once, and no facts are asked of them. */
export async function withoutStillMissing(
  page: readonly BakFile[],
  views: FolderViews,
  bakFiles: BakFiles,
): Promise<BakFile[]> {
  const missing = page.filter((row) => row.missingTime !== null).map((row) => row.id);
  const { there, inDoubt } = presentRows(missing.length > 0 ? await bakFiles.byId(missing) : [], views);
  // Where something is there that is no file, the judgement says what is wrong with it.
  const back = new Set([...there, ...inDoubt].map((row) => row.id));
  return page.filter((row) => row.missingTime === null || back.has(row.id));
}
