import { rmdirSync } from 'node:fs';
import { readdir, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { QUARANTINE } from '../domain/file-name.js';
import { codeOf, Doubt } from '../errors.js';
import type { Stamp } from '../steps/ports/disk.js';
import { type FolderHandle, openBelow } from './folder-handle.js';
import { isRegular, openRegular } from './regular-file.js';

/**
 * Deletes one file of the quarantine with its thumb, and folders that it leaves empty; what is gone already is well. Throws Doubt
 * for a path outside of the quarantine, and for what is no regular file.
 */
export async function purgeFile(root: FolderHandle, quarantine: string, thumbs: string): Promise<void> {
  const { room, name } = placeOf(quarantine);
  for (const path of [`${room}/${thumbs}`, room]) {
    const folder = openBelow(root, path);
    if (folder === null) continue;
    try {
      if (isRegular(join(folder.base, name), name)) await unlink(join(folder.base, name));
      await folder.sync();
    } finally {
      folder.close();
    }
    removeEmpty(root, path);
  }
}

/** The paths below the root of all that lies in a folder and the folders in it; links are named, not followed. */
export async function* pathsBelow(root: FolderHandle, path = QUARANTINE): AsyncGenerator<string> {
  const folder = openBelow(root, path);
  if (folder === null) return;
  const entries = await readdir(folder.base, { withFileTypes: true }).finally(() => folder.close());
  for (const entry of entries) {
    if (entry.isDirectory()) yield* pathsBelow(root, `${path}/${entry.name}`);
    else yield `${path}/${entry.name}`;
  }
}

/** The folder and the name of a path in the quarantine. Throws Doubt for a path that leads anywhere else. */
export function placeOf(quarantine: string): { room: string; name: string } {
  const parts = quarantine.split('/');
  const name = parts.pop() ?? '';
  if (parts[0] !== QUARANTINE || parts.length < 3) throw new Doubt('it is not in the quarantine');
  return { room: parts.join('/'), name };
}

/** What the regular file of that name is now; null when there is none. Throws Doubt when it is something else. */
export async function stampOfFile(folder: FolderHandle, name: string): Promise<Stamp | null> {
  const file = await openRegular(join(folder.base, name), name);
  await file?.handle.close();
  return file?.stamp ?? null;
}

/** Removes a folder below the root and those above it, as far as they are empty; the quarantine itself stays. */
export function removeEmpty(root: FolderHandle, path: string): void {
  for (let folder = path; folder !== '.' && folder !== QUARANTINE; folder = dirname(folder)) {
    try {
      rmdirSync(join(root.base, folder));
    } catch (error) {
      if (codeOf(error) === 'ENOTEMPTY' || codeOf(error) === 'EEXIST') return;
      if (codeOf(error) !== 'ENOENT') throw error;
    }
  }
}
