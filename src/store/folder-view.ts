import { closeSync, constants, type Dirent, lstatSync, openSync, readdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf, Doubt } from '../errors.js';
import type { FolderListing, FolderView, Glance } from '../steps/ports.js';
import { HAS_PROC, mustBeOneFolder, noFolder, notAFolder, ONLY_A_FOLDER } from './folder-handle.js';
import { isBelow } from './look-at.js';

/** A folder that is held open while it is looked at; `fd` is null where names are not resolved through handles. */
interface Held {
  readonly base: string;
  readonly fd: number | null;
}

/**
 * Shows `a/b/c` below the root to `see`, walking there as `openBelow` does, but without ever waiting: a plan looks into
 * every folder, and each call takes microseconds, a tenth of what it takes to wait for one.
 * `check` is given the open root. Null when a part does not exist; throws when a part is no real folder.
 */
export function viewFolder<T>(
  root: string,
  path: string,
  check: (base: string) => void,
  see: (view: FolderView) => T,
): T | null {
  let held = holdRoot(root);
  try {
    check(held.base);
    for (const name of path.split('/')) {
      const inner = holdInside(held.base, name);
      if (inner === null) return null;
      letGo(held);
      held = inner;
    }
    const { base } = held;
    return see({
      listing: listingOf(readdirSync(base, { withFileTypes: true })),
      look: (filename) => lookIn(base, filename),
    });
  } finally {
    letGo(held);
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

function lookIn(base: string, filename: string): Glance | null {
  if (!isBelow(filename)) throw new Doubt('its name does not stay inside its folder');
  try {
    const stats = lstatSync(join(base, filename), { throwIfNoEntry: false });
    if (stats === undefined) return null;
    if (stats.isFile()) return { size: stats.size, mtimeMs: Math.floor(stats.mtimeMs) };
  } catch (error) {
    if (codeOf(error) === 'ENAMETOOLONG') return null;
    throw error;
  }
  throw new Doubt('it is not a regular file');
}

function holdRoot(root: string): Held {
  return HAS_PROC
    ? held(openSync(root, constants.O_RDONLY | constants.O_DIRECTORY))
    : { base: realpathSync(root), fd: null };
}

function holdInside(base: string, name: string): Held | null {
  mustBeOneFolder(name);
  const path = join(base, name);
  try {
    if (HAS_PROC) return held(openSync(path, ONLY_A_FOLDER));
    if (!lstatSync(path).isDirectory()) throw notAFolder(name);
    return { base: path, fd: null };
  } catch (error) {
    return noFolder(name, error);
  }
}

function held(fd: number): Held {
  return { base: `/proc/${process.pid}/fd/${fd}`, fd };
}

function letGo({ fd }: Held): void {
  if (fd !== null) closeSync(fd);
}
