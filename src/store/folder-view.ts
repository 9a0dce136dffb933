import { type Dirent, lstatSync, readdirSync } from 'node:fs';
import { codeOf, Doubt } from '../errors.js';
import type { FolderListing, FolderView, Glance } from '../steps/ports/disk.js';
import { type FolderHandle, openBelow } from './folder-handle.js';
import { isOneName } from './one-name.js';

/**
 * Shows `a/b/c` below a folder to `see`. Null when a part does not exist; throws when a part is no real folder.
 */
export function viewFolder<T>(root: FolderHandle, path: string, see: (view: FolderView) => T): T | null {
  const folder = openBelow(root, path);
  if (folder === null) return null;
  try {
    const { base } = folder;
    const listing = listingOf(readdirSync(base, { withFileTypes: true }));
    return see({ listing, stat: (filename) => statIn(base, filename) });
  } finally {
    folder.close();
  }
}

/** The names of a folder's regular files, and of whatever else lies flat in it and is no folder. */
export function listingOf(entries: readonly Dirent[]): FolderListing {
  const files: string[] = [];
  const others: string[] = [];
  for (const entry of entries) {
    if (entry.isFile()) files.push(entry.name);
    else if (!entry.isDirectory()) others.push(entry.name);
  }
  return { files, others };
}

function statIn(base: string, filename: string): Glance | null {
  if (!isOneName(filename)) throw new Doubt('its name does not stay inside its folder');
  try {
    const stats = lstatSync(`${base}/${filename}`, { throwIfNoEntry: false, bigint: true });
    if (stats === undefined) return null;
    // In whole numbers: as a fraction of ms, the last of them may be rounded up to the next.
    if (stats.isFile()) return { size: Number(stats.size), mtimeMs: Number(stats.mtimeNs / 1_000_000n) };
  } catch (error) {
    if (codeOf(error) === 'ENAMETOOLONG') return null;
    throw error;
  }
  throw new Doubt('it is not a regular file');
}
