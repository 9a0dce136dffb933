import type { BakFile } from '../domain/order.js';
import { faultAtGlance } from '../domain/thumb-fault.js';
import type { FolderView, FolderViews } from './ports/disk.js';

/** What is in a folder now: how many files, and of how many bytes those of some rows are, by the ids of rows whose file is there. */
export interface Seen {
  readonly files: number;
  readonly sizes: ReadonlyMap<number, number>;
}

/** Looks which files of these rows are in their folder. */
export function seeRows({ listing, stat }: FolderView, rows: readonly BakFile[]): Seen {
  const sizes = new Map<number, number>();
  const names = new Set(listing.files);
  for (const { id, filename, receipt } of rows) {
    try {
      // Where there is a receipt, other bytes than its own do not go. A name that is not listed may be one in another case.
      const size = receipt !== null && names.has(filename) ? receipt.size : stat(filename)?.size;
      if (size !== undefined) sizes.set(id, size);
    } catch {
      // What is the matter with it, the removal finds out and says.
      sizes.set(id, 0);
    }
  }
  return { files: listing.files.length, sizes };
}

/** Why a picture that has been tried in vain is no use trying, in words; null where it has changed, or somebody made its thumb. */
export function whyThumbless(
  folder: string,
  { filename, thumbFault }: BakFile,
  views: FolderViews,
  thumbsFolder: string,
): string | null {
  if (thumbFault === null) return null;
  try {
    const stat = (where: string) => views.view(where, (view) => view.stat(filename));
    const bytes = stat(folder);
    const fault = bytes && faultAtGlance(thumbFault, bytes);
    return fault && stat(`${folder}/${thumbsFolder}`) === null
      ? `no thumb can be made of it: ${fault}`
      : null;
  } catch {
    // What is wrong with its place, whoever comes to remove it says.
    return null;
  }
}
