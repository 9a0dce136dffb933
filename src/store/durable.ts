import { constants, type FileHandle, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { codeOf } from '../errors.js';
import { giveTo, type Owner } from './owner.js';
import { renameSurely } from './rename-surely.js';

/** Makes the names in a folder durable. */
export function syncFolder(path: string): Promise<void> {
  // Windows asks for a handle that could write, and does not give one of every folder.
  if (process.platform === 'win32') return syncIfItCan(() => syncOpened(path, 'r+'));
  return syncOpened(path, constants.O_RDONLY | constants.O_DIRECTORY);
}

async function syncOpened(path: string, flags: number | string): Promise<void> {
  const folder = await open(path, flags);
  try {
    await syncIfItCan(() => folder.sync());
  } finally {
    await folder.close();
  }
}

/** Makes durable what a file holds that is open to be read. Windows wants a handle that could write for it. */
export async function syncOpen(file: FileHandle, path: string): Promise<void> {
  if (process.platform !== 'win32') return file.sync();
  const writable = await open(path, 'r+');
  await writable.sync().finally(() => writable.close());
}

/** How Windows says for a folder that it may not, or cannot, be synced; EISDIR stands for a call that a share does not have. */
const WINDOWS_REFUSALS = ['EPERM', 'EACCES', 'EBUSY', 'EISDIR'];
/** How a disk says that it has no such call: that is not how it says that it failed. */
const NO_SUCH_CALL = new Set([
  ...['EINVAL', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP'],
  ...(process.platform === 'win32' ? WINDOWS_REFUSALS : []),
]);

/** Syncs a folder that is held open. Some disks, as shares of a Windows machine on an older Linux, have no such call either. */
export async function syncIfItCan(sync: () => Promise<void>): Promise<void> {
  try {
    await sync();
  } catch (error) {
    if (!NO_SUCH_CALL.has(codeOf(error))) throw error;
  }
}

/**
 * Writes a file under a temporary name of the same disk, makes it durable, and gives it its name, replacing what was there.
 * `owner`: to whom it is given before it has that name; then the temporary name must be new.
 */
export async function writeDurably(
  path: string,
  temporary: string,
  bytes: Uint8Array | string,
  owner: Owner | null = null,
): Promise<void> {
  // Only what root has made itself may it give away, never what somebody has laid there, or a link to it.
  let file: FileHandle | null = await open(temporary, owner === null ? 'w' : 'wx', 0o644);
  try {
    await file.writeFile(bytes);
    if (owner !== null) giveTo(owner, file.fd);
    await file.sync();
    await file.close();
    file = null;
    await renamePatiently(temporary, path);
  } catch (error) {
    await file?.close();
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
}

const WAITS_MS = [20, 50, 100, 250, 500, 1000];
const REFUSALS = new Set(['EPERM', 'EACCES', 'EBUSY']);

/** Whether somebody else keeps a file from being renamed or removed, as a virus scanner does on Windows for a moment. */
export function isRefusal(error: unknown): boolean {
  return REFUSALS.has(codeOf(error));
}

/**
 * Renames. A virus scanner on Windows, or on the machine whose disk is mounted here, may hold a file for a moment:
 * what is refused is tried seven times in about two seconds, then the refusal is thrown. Throws too where the disk says
 * that it is done, and the old name is still there. `rename`: how it is done each time.
 */
export async function renamePatiently(
  from: string,
  to: string,
  rename: (from: string, to: string) => Promise<void> | void = renameSurely,
): Promise<void> {
  for (const ms of WAITS_MS) {
    try {
      return await rename(from, to);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      await wait(ms);
    }
  }
  return rename(from, to);
}
