import { lstatSync } from 'node:fs';
import { link, lstat, unlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { codeOf, Doubt, messageOf } from '../errors.js';
import type { Stamp } from '../steps/ports/disk.js';
import type { Trashed } from '../steps/ports/removals.js';
import { sha256Of } from './digest.js';
import { type FolderHandle, openBelow } from './folder-handle.js';
import { makeBelow, makeInside } from './make-folder.js';
import { placeOf, removeEmpty, stampOfFile } from './quarantine.js';
import { openRegular, stampAt } from './regular-file.js';
import { renameSurelyNow } from './rename-surely.js';

/** A file's way from one folder into another, under its name. */
interface Way {
  readonly from: FolderHandle;
  readonly to: FolderHandle;
  readonly name: string;
}

/** See `OrderStore.restore`. */
export async function restoreFile(root: FolderHandle, file: Trashed, thumbs: string): Promise<string | null> {
  const place = placeOf(file.quarantine);
  const { room, name } = place;
  const from = openBelow(root, room);
  try {
    const stamp = from && (await stampOfFile(from, name));
    if (stamp === null && !(await isBack(root, file))) throw new Doubt('it is no longer in the quarantine');
    if (stamp !== null && stamp.size !== file.size)
      throw new Doubt('what lies in the quarantine is not what was put there');
    const to = await makeBelow(root, file.folder);
    try {
      if (from !== null && stamp !== null) await moveBack({ from, to, name }, stamp);
      const note = await moveThumbBack(root, place, to, thumbs);
      removeEmpty(root, room);
      return note;
    } finally {
      to.close();
    }
  } finally {
    from?.close();
  }
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

/** How disks say that they know no second names; EIO is what a mount of rclone says. */
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EIO']);

/** By a second name and not by renaming, which would replace a file that appears under that name at the last moment. */
async function moveBack(way: Way, stamp: Stamp): Promise<void> {
  const { from, to, name } = way;
  const [source, target] = [join(from.base, name), join(to.base, name)];
  let made = true;
  try {
    await link(source, target);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') made = false;
    else if (NO_LINKS.has(codeOf(error))) return renameBack(way);
    else throw error;
  }
  if (!(await isThatFile(target, stamp)) && !(await holdsTheSame(source, target, stamp))) {
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
async function renameBack({ from, to, name }: Way): Promise<void> {
  const target = join(to.base, name);
  // At once: a file of the shop's that takes the name meanwhile would be replaced.
  if (lstatSync(target, { throwIfNoEntry: false }) !== undefined) throw taken(name);
  renameSurelyNow(join(from.base, name), target);
  await to.sync();
  await from.sync();
}

/** Whether a name is that of the very file of the stamp; a second name changes its ctime. */
async function isThatFile(path: string, { inode, device }: Stamp): Promise<boolean> {
  const stats = await lstat(path, { bigint: true });
  return stats.isFile() && stats.ino === inode && stats.dev === device;
}

/**
 * Whether two names hold the same bytes, written when the stamp says. Some disks give a second name a number of its own
 * (sshfs), or the file another one with it (overlayfs).
 */
async function holdsTheSame(path: string, other: string, { mtimeNs }: Stamp): Promise<boolean> {
  const [one, two] = [await hashOf(path, mtimeNs), await hashOf(other, mtimeNs)];
  return one !== null && one === two;
}

/** SHA-256 in hex of a file that was last written then; null when there is none, or when it is something else. */
async function hashOf(path: string, mtimeNs: bigint): Promise<string | null> {
  if (stampAt(path)?.mtimeNs !== mtimeNs) return null;
  const file = await openRegular(path, basename(path));
  return file && sha256Of(file.handle, file.stamp.size).finally(() => file.handle.close());
}

/** Whether two names are those of one file or link. */
async function areOne(path: string, other: string): Promise<boolean> {
  const [one, two] = await Promise.all([lstat(path, { bigint: true }), lstat(other, { bigint: true })]);
  return one.ino === two.ino && one.dev === two.dev;
}

/** The file is back, and that has to be told; a thumb that cannot follow it is only a remark. */
async function moveThumbBack(
  root: FolderHandle,
  { room, name }: ReturnType<typeof placeOf>,
  to: FolderHandle,
  thumbs: string,
): Promise<string | null> {
  const waiting = `${room}/${thumbs}`;
  try {
    const from = openBelow(root, waiting);
    if (from === null) return null;
    try {
      const stamp = await stampOfFile(from, name);
      if (stamp === null) return null;
      const beside = await makeInside(to, thumbs);
      await moveBack({ from, to: beside, name }, stamp).finally(() => beside.close());
    } finally {
      from.close();
    }
    removeEmpty(root, waiting);
    return null;
  } catch (error) {
    return `its thumb stays in ${waiting}: ${messageOf(error)}`;
  }
}

function taken(name: string): Doubt {
  return new Doubt(`its folder has a "${name}" again`);
}
