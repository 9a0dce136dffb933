import { groupBy } from '../domain/group-by.js';
import { TAR_END } from '../domain/tar.js';
import { nullIfDoubt } from '../errors.js';
import type { OrderStore } from '../steps/ports/disk.js';
import type { BakFiles } from '../steps/ports/records.js';

/** Larger files travel by themselves. */
const MOST_BYTES = 4 * 1024 * 1024;

/**
 * A tar of the files of these rows, piece by piece, in no certain order. Left out is what is unlinked, missing, larger than
 * 4 MiB, or no regular file inside its folder. Memory: one piece, which is good until the next is asked for.
 */
export async function* bundleOf(
  ids: readonly number[],
  rows: Pick<BakFiles, 'byId'>,
  store: OrderStore,
): AsyncGenerator<Uint8Array> {
  const there = (await rows.byId(ids)).filter(({ unlinkTime }) => unlinkTime === null);
  for (const [path, files] of groupBy(there, ({ folder }) => folder)) {
    const folder = path === null ? null : await store.openFolder(path).catch(nullIfDoubt);
    if (folder === null) continue;
    try {
      for (let at = 0; at < files.length; ) {
        const { tar, taken, release } = await folder.pack(files.slice(at), MOST_BYTES);
        at += taken;
        if (tar.byteLength > 0) yield tar;
        // Who asks for the next piece is done with this one; a client that leaves does not ask.
        release();
      }
    } finally {
      await folder.close();
    }
  }
  yield TAR_END;
}
