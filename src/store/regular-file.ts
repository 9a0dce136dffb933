import { type BigIntStats, constants, lstatSync } from 'node:fs';
import { type FileHandle, lstat, open } from 'node:fs/promises';
import { codeOf, Doubt } from '../errors.js';
import type { Stamp } from '../steps/ports/disk.js';

/** How a file is opened to be read, following no link and waiting for no pipe. Windows has neither of the two. */
export const READ_ONLY_A_FILE =
  constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/**
 * Opens a regular file for reading, following no link and waiting for no pipe. Null when there is none of that name.
 * Throws when the name belongs to a link, a folder, a device or the like.
 */
export async function openRegular(
  path: string,
  name: string,
): Promise<{ handle: FileHandle; stamp: Stamp } | null> {
  let handle: FileHandle;
  try {
    if (!(await lstat(path)).isFile()) throw notRegular(name);
    handle = await open(path, READ_ONLY_A_FILE);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'ENAMETOOLONG') return null;
    if (code === 'ELOOP' || code === 'EMLINK' || code === 'ENXIO') throw notRegular(name);
    throw error;
  }
  try {
    const stats = await handle.stat({ bigint: true });
    if (!stats.isFile()) throw notRegular(name);
    return { handle, stamp: stampOf(stats) };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** The stamp of a regular file, at once; null when there is none, or none that can be seen. */
export function stampAt(path: string): Stamp | null {
  try {
    const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false });
    return stats?.isFile() ? stampOf(stats) : null;
  } catch {
    // Whoever opens it hears why.
    return null;
  }
}

/**
 * Whether a name still belongs to the very file, unchanged, that the stamp was taken of. At once: who removes it next must not
 * leave an upload the time that it takes to wait for a thread.
 */
export function isStill(path: string, stamp: Stamp): boolean {
  const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  return stats?.isFile() === true && sameStamp(stampOf(stats), stamp);
}

/** Whether a name is that of a regular file; false where there is none of that name. */
export function isFile(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

/** The same, but throws when the name belongs to a link, a folder, a device or the like. */
export function isRegular(path: string, name: string): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return false;
  if (!stats.isFile()) throw notRegular(name);
  return true;
}

/** Whether two stamps are of one file that nobody wrote to in between. */
function sameStamp(a: Stamp, b: Stamp): boolean {
  return (
    a.size === b.size &&
    a.mtimeNs === b.mtimeNs &&
    a.ctimeNs === b.ctimeNs &&
    a.inode === b.inode &&
    a.device === b.device
  );
}

/** What identifies a file's content at this moment. */
export function stampOf(stats: BigIntStats): Stamp {
  return {
    size: Number(stats.size),
    mtimeNs: stats.mtimeNs,
    ctimeNs: stats.ctimeNs,
    inode: stats.ino,
    device: stats.dev,
  };
}

function notRegular(name: string): Doubt {
  return new Doubt(`"${name}" is a link or no regular file; it is not touched`);
}
