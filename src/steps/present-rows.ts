import { groupBy } from '../domain/group-by.js';
import type { FolderViews } from './ports/disk.js';
import type { LocatedFile } from './ports/records.js';

/** Which rows have their file on the disk, and which have something there that is no regular file in a real folder. */
export interface Present {
  readonly there: readonly LocatedFile[];
  readonly inDoubt: readonly LocatedFile[];
}

/** Looks for the files of these rows; a folder is looked into once. */
export function presentRows(rows: readonly LocatedFile[], views: FolderViews): Present {
  const there: LocatedFile[] = [];
  const inDoubt: LocatedFile[] = [];
  for (const [folder, some] of groupBy(rows, (row) => row.folder)) {
    if (folder === null) continue;
    try {
      views.view(folder, (view) => {
        for (const row of some) {
          try {
            if (view.stat(row.filename) !== null) there.push(row);
          } catch {
            inDoubt.push(row);
          }
        }
      });
    } catch {
      inDoubt.push(...some);
    }
  }
  return { there, inDoubt };
}
