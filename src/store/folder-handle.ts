import { constants, type FileHandle, lstat, mkdir, open, realpath, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, Doubt } from '../errors.js';

/**
 * A folder that was walked to from the root part by part, following no link. On Linux names are resolved through the open
 * handle (`/proc/<pid>/fd`), so that a folder that is swapped for a link afterwards is not entered; elsewhere by the real path.
 */
export interface FolderHandle {
  /** What to put before a name of this folder. */
  readonly base: string;
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** Whether names can be resolved through an open handle. */
export const HAS_PROC = process.platform === 'linux';

/** Opens the root itself, which may be reached through links. */
export async function openRootHandle(root: string): Promise<FolderHandle> {
  return HAS_PROC
    ? onHandle(await open(root, constants.O_RDONLY | constants.O_DIRECTORY))
    : onPath(await realpath(root));
}

/**
 * Opens a folder inside another. Null when it does not exist.
 * Throws when it is a link or no folder, and for a name that does not mean a folder inside.
 */
export async function openInside(parent: FolderHandle, name: string): Promise<FolderHandle | null> {
  mustBeOneFolder(name);
  const path = join(parent.base, name);
  try {
    if (HAS_PROC) return onHandle(await open(path, ONLY_A_FOLDER));
    if (!(await lstat(path)).isDirectory()) throw notAFolder(name);
    return onPath(path);
  } catch (error) {
    return noFolder(name, error);
  }
}

/** How a folder is opened without following a link. */
export const ONLY_A_FOLDER = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/** Throws Doubt for a name that does not mean a folder inside another. */
export function mustBeOneFolder(name: string): void {
  if (name === '' || name === '.' || name === '..' || /[/\0]/.test(name)) throw notAFolder(name);
}

/** What is said of a folder that could not be opened: null when there is none of that name; else throws. */
export function noFolder(name: string, error: unknown): null {
  const code = codeOf(error);
  if (code === 'ENOENT' || code === 'ENAMETOOLONG') return null;
  if (code === 'ENOTDIR' || code === 'ELOOP' || code === 'EMLINK') throw notAFolder(name);
  throw error;
}

/** Opens `a/b/c` below a folder. Null when a part of it does not exist; throws when a part is no real folder. */
export async function openBelow(root: FolderHandle, path: string): Promise<FolderHandle | null> {
  let folder: FolderHandle | null = null;
  for (const name of path.split('/')) {
    const parent: FolderHandle | null = folder;
    folder = await openInside(parent ?? root, name).finally(() => parent?.close());
    if (folder === null) return null;
  }
  return folder;
}

/** Opens `a/b/c` below a folder, making what is missing, durably. Throws when a part is no real folder. */
export async function makeBelow(root: FolderHandle, path: string): Promise<FolderHandle> {
  let parent: FolderHandle = root;
  for (const name of path.split('/')) {
    const above: FolderHandle = parent;
    parent = await makeInside(above, name).finally(() => (above === root ? undefined : above.close()));
  }
  return parent;
}

/** Opens a folder inside another, making it, durably, when it is missing. */
export async function makeInside(parent: FolderHandle, name: string): Promise<FolderHandle> {
  const there = await openInside(parent, name);
  if (there !== null) return there;
  const path = join(parent.base, name);
  await mkdir(path).catch((error: unknown) => {
    if (codeOf(error) !== 'EEXIST') throw error;
  });
  try {
    await parent.sync();
  } catch (error) {
    // Found there by the next run, it would be taken for durable.
    await rmdir(path).catch(() => {});
    throw error;
  }
  const made = await openInside(parent, name);
  if (made === null) throw new Doubt(`the folder ${name} disappeared while it was made`);
  return made;
}

function onHandle(handle: FileHandle): FolderHandle {
  return {
    base: `/proc/${process.pid}/fd/${handle.fd}`,
    sync: () => handle.sync(),
    close: () => handle.close(),
  };
}

function onPath(base: string): FolderHandle {
  const sync = async () => {
    if (process.platform === 'win32') return;
    const handle = await open(base, constants.O_RDONLY | constants.O_DIRECTORY);
    await handle.sync().finally(() => handle.close());
  };
  return { base, sync, close: async () => {} };
}

/** The doubt about a name that belongs to a link or to no folder. */
export function notAFolder(name: string): Doubt {
  return new Doubt(`"${name}" is a link or no folder; nothing behind it is touched`);
}
