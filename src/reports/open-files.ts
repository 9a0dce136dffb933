import { nullIfDoubt } from '../errors.js';
import type { OrderFile, OrderStore } from '../steps/ports/disk.js';
import type { BakFiles, LocatedFile } from '../steps/ports/records.js';

/**
 * The files of these rows that are on the server's disk, in the order of their ids, each open only for its turn.
 * Left out is what is unlinked, missing, or no regular file inside its folder.
 */
export async function* openFiles(
  ids: readonly number[],
  rows: Pick<BakFiles, 'byId'>,
  store: OrderStore,
): AsyncGenerator<{ id: number; file: OrderFile }> {
  for (const row of await rows.byId(ids)) {
    const file = await openFile(row, store).catch(nullIfDoubt);
    if (file === null) continue;
    try {
      yield { id: row.id, file };
    } finally {
      await file.close();
    }
  }
}

async function openFile(
  { folder: path, filename, unlinkTime }: LocatedFile,
  store: OrderStore,
): Promise<OrderFile | null> {
  if (path === null || unlinkTime !== null) return null;
  const folder = await store.openFolder(path);
  return folder === null ? null : folder.open(filename).finally(() => folder.close());
}
