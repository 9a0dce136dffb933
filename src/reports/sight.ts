import type { BakFile, FolderFacts } from '../domain/order.js';
import type { Retention } from '../domain/retention.js';
import { Doubt, nullIfDoubt } from '../errors.js';
import { findTrash } from '../steps/find-trash.js';
import type { OrderStore, Stamp } from '../steps/ports/disk.js';

/** What it takes to look at a file. */
export interface SightParts {
  readonly store: OrderStore;
  readonly retention: Retention;
  /** The latest mtime that trash may have, ms since 1970. */
  readonly youngest: number;
  readonly thumbsFolder: string;
}

/** What lies under a name now. */
export interface Sight {
  /** Null when there is no regular file. */
  readonly stamp: Stamp | null;
  /** Read only where a receipt is to be compared. */
  readonly sha256: string | null;
  /** What is there instead of a regular file in a real folder, in words. */
  readonly fault: string | null;
  readonly hasThumb: boolean;
  /** Why a file that nobody knows would stay; null when it would go as trash. */
  readonly notTrash: string | null;
}

/** Looks at a file, its thumb, and its folder as the step would that looks for trash. */
export async function see(
  filename: string,
  facts: FolderFacts,
  rows: readonly BakFile[],
  parts: SightParts,
): Promise<Sight> {
  const nothing: Sight = { stamp: null, sha256: null, fault: null, hasThumb: false, notTrash: null };
  try {
    const thumbs = `${facts.folder}/${parts.thumbsFolder}`;
    const hasThumb = (await hasFile(thumbs, filename, parts.store).catch(nullIfDoubt)) ?? false;
    const folder = await parts.store.openFolder(facts.folder);
    if (folder === null) return { ...nothing, hasThumb };
    try {
      const file = await folder.open(filename);
      if (file === null) return { ...nothing, hasThumb };
      const isReceipted = rows.some((row) => row.receipt?.size === file.stamp.size);
      const hashed = isReceipted ? file.sha256() : Promise.resolve(null);
      const sha256 = await hashed.finally(() => file.close());
      const found = await findTrash(facts, folder, parts.retention, parts.youngest);
      const held = found.troubles.held?.find(({ path }) => path === `${facts.folder}/${filename}`);
      return { stamp: file.stamp, sha256, fault: null, hasThumb, notTrash: held?.reason ?? null };
    } finally {
      await folder.close();
    }
  } catch (error) {
    if (error instanceof Doubt) return { ...nothing, fault: error.message };
    throw error;
  }
}

async function hasFile(path: string, filename: string, store: OrderStore): Promise<boolean> {
  const folder = await store.openFolder(path);
  if (folder === null) return false;
  try {
    return folder.stat(filename) !== null;
  } finally {
    await folder.close();
  }
}
