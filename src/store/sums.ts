import { join } from 'node:path';
import { SUMS } from '../domain/store-name.js';
import { writeDurably } from './durable.js';
import { makeBelow, openRootHandle } from './folder-handle.js';
import type { Kept } from './office-store.js';

/** Writes an order folder's list of hashes in the form that `sha256sum -c SHA256SUMS` checks, names in order. */
export async function writeSums(store: string, kept: readonly Kept[], temporary: string): Promise<void> {
  const [first] = kept;
  if (first === undefined) return;
  const folderPath = first.path.slice(0, first.path.lastIndexOf('/'));
  const lines = new Map(kept.map(({ path, sha256 }) => [path.slice(path.lastIndexOf('/') + 1), sha256]));
  const text = [...lines]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, sha256]) => `${sha256}  ${name}\n`);
  const root = await openRootHandle(store);
  try {
    const folder = await makeBelow(root, folderPath);
    const path = join(folder.base, SUMS);
    await writeDurably(path, temporary, text.join('')).finally(() => folder.close());
  } finally {
    await root.close();
  }
}
