import { link, lstat, readdir, rmdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, Doubt, messageOf } from '../errors.js';
import type { Stamp } from '../steps/ports/disk.js';
import type { Trashed } from '../steps/ports/removals.js';
import { type FolderHandle, openBelow } from './folder-handle.js';
import { makeBelow, makeInside } from './make-folder.js';
import { openRegular } from './regular-file.js';
import { renameSurely } from './rename-surely.js';

/** Where trash waits, below the root. */
export const QUARANTINE = '.orderbak-trash';

/** Deletes one file of the quarantine with its thumb, and folders that it leaves empty. Throws Doubt for what is not there. */
export async function purgeFile(root: FolderHandle, quarantine: string, thumbs: string): Promise<void> {
  const { room, name } = placeOf(quarantine);
  for (const path of [`${room}/${thumbs}`, room]) {
    const folder = openBelow(root, path);
    if (folder === null) continue;
    try {
      if ((await stampOfFile(folder, name)) !== null) await unlink(join(folder.base, name));
      await folder.sync();
    } finally {
      folder.close();
    }
    await removeEmpty(root, path);
  }
}

/** See `OrderStore.restore`. */
export async function restoreFile(root: FolderHandle, file: Trashed, thumbs: string): Promise<string | null> {
  const { room, name } = placeOf(file.quarantine);
  const from = openBelow(root, room);
  try {
    const stamp = from && (await stampOfFile(from, name));
    if (stamp === null && !(await isBack(root, file))) throw new Doubt('it is no longer in the quarantine');
    if (stamp !== null && stamp.size !== file.size)
      throw new Doubt('what lies in the quarantine is not what was put there');
    const to = await makeBelow(root, file.folder);
    try {
      if (from !== null && stamp !== null) await moveBack(from, to, name, stamp);
      const note = await moveThumbBack(root, `${room}/${thumbs}`, to, thumbs, name);
      await removeEmpty(root, room);
      return note;
    } finally {
      to.close();
    }
  } finally {
    from?.close();
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

/** The folder and the name of a path in the quarantine. */
function placeOf(quarantine: string): { room: string; name: string } {
  const parts = quarantine.split('/');
  const name = parts.pop() ?? '';
  if (parts[0] !== QUARANTINE || parts.length < 3) throw new Doubt('it is not in the quarantine');
  return { room: parts.join('/'), name };
}

async function stampOfFile(folder: FolderHandle, name: string): Promise<Stamp | null> {
  const file = await openRegular(join(folder.base, name), name);
  await file?.handle.close();
  return file?.stamp ?? null;
}

/** A restore that was killed before it could say so has left the file where it was to be. */
async function isBack(root: FolderHandle, { folder: path, filename, size }: Trashed): Promise<boolean> {
  const folder = openBelow(root, path);
  if (folder === null) return false;
  try {
    const stamp = await stampOfFile(folder, filename);
    if (stamp !== null) await folder.sync();
    return stamp?.size === size;
  } finally {
    folder.close();
  }
}

const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

/** By a second name and not by renaming, which would replace a file that appears under that name at the last moment. */
async function moveBack(from: FolderHandle, to: FolderHandle, name: string, stamp: Stamp): Promise<void> {
  const [source, target] = [join(from.base, name), join(to.base, name)];
  let made = true;
  try {
    await link(source, target);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') made = false;
    else if (NO_LINKS.has(codeOf(error))) return renameBack(from, to, name);
    else throw error;
  }
  if (!(await isFile(target, stamp))) {
    // It may be a new file of the shop's that took the name since: only what was just put there is taken away again.
    if (!made || !(await areOne(source, target))) throw taken(name);
    await unlink(target);
    throw new Doubt('it changed while it was being restored');
  }
  await to.sync();
  await unlink(source);
  await from.sync();
}

/** Where the disk knows no second names. */
async function renameBack(from: FolderHandle, to: FolderHandle, name: string): Promise<void> {
  const target = join(to.base, name);
  const isFree = await lstat(target).then(
    () => false,
    (error: unknown) => codeOf(error) === 'ENOENT',
  );
  if (!isFree) throw taken(name);
  await renameSurely(join(from.base, name), target);
  await to.sync();
  await from.sync();
}

/** Whether a name is that of the very file of the stamp; a second name changes its ctime. */
async function isFile(path: string, { inode, device }: Stamp): Promise<boolean> {
  const stats = await lstat(path, { bigint: true });
  return stats.isFile() && stats.ino === inode && stats.dev === device;
}

/** Whether two names are those of one file or link. */
async function areOne(path: string, other: string): Promise<boolean> {
  const [one, two] = await Promise.all([lstat(path, { bigint: true }), lstat(other, { bigint: true })]);
  return one.ino === two.ino && one.dev === two.dev;
}

/** The file is back, and that has to be told; a thumb that cannot follow it is only a remark. */
async function moveThumbBack(
  root: FolderHandle,
  room: string,
  to: FolderHandle,
  thumbs: string,
  name: string,
): Promise<string | null> {
  try {
    const from = openBelow(root, room);
    if (from === null) return null;
    try {
      const stamp = await stampOfFile(from, name);
      if (stamp === null) return null;
      const beside = await makeInside(to, thumbs);
      await moveBack(from, beside, name, stamp).finally(() => beside.close());
    } finally {
      from.close();
    }
    await removeEmpty(root, room);
    return null;
  } catch (error) {
    return `its thumb stays in ${room}: ${messageOf(error)}`;
  }
}

function taken(name: string): Doubt {
  return new Doubt(`its folder has a "${name}" again`);
}

/** Removes a folder of the quarantine and those above it, as far as they are empty. */
async function removeEmpty(root: FolderHandle, path: string): Promise<void> {
  const parts = path.split('/');
  for (let length = parts.length; length > 1; length -= 1) {
    try {
      await rmdir(join(root.base, ...parts.slice(0, length)));
    } catch (error) {
      if (codeOf(error) === 'ENOTEMPTY' || codeOf(error) === 'EEXIST') return;
      if (codeOf(error) !== 'ENOENT') throw error;
    }
  }
}
