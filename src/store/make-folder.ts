import { mkdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { groupBy } from '../domain/group-by.js';
import { codeOf, Doubt } from '../errors.js';
import { type FolderHandle, openInside } from './folder-handle.js';
import { notAllowed } from './not-allowed.js';
import { giveFolderTo, type Owner, ownerIn } from './owner.js';

/** Folders by their paths: those that are open, and why the others are not. */
export interface MadeFolders {
  readonly folders: ReadonlyMap<string, FolderHandle>;
  readonly failed: ReadonlyMap<string, unknown>;
}

/**
 * Opens `a/b/c` below a folder, making what is missing, durably; what root makes gets the owner of the folder that it is made
 * in. Throws when a part is no real folder.
 */
export function makeBelow(root: FolderHandle, path: string): Promise<FolderHandle> {
  return walk(root, path, makeInside);
}

/** Opens a folder inside another, making it, durably, when it is missing; what root makes gets its owner. */
export async function makeInside(parent: FolderHandle, name: string): Promise<FolderHandle> {
  try {
    return await makeOne(parent, name, ownerIn(parent.base));
  } catch (error) {
    throw notAllowed(error, parent.base);
  }
}

async function walk(
  root: FolderHandle,
  path: string,
  make: (parent: FolderHandle, name: string) => Promise<FolderHandle>,
): Promise<FolderHandle> {
  let parent: FolderHandle = root;
  for (const name of path.split('/')) {
    const above: FolderHandle = parent;
    parent = await make(above, name).finally(() => (above === root ? undefined : above.close()));
  }
  return parent;
}

async function makeOne(parent: FolderHandle, name: string, owner: Owner | null): Promise<FolderHandle> {
  const { folders, failed } = await makeTogether(parent, [name], owner);
  const folder = folders.get(name);
  if (folder === undefined) throw failed.get(name);
  return folder;
}

/**
 * Opens many paths below a folder, making what is missing; new names of one folder are made durable together. What is made
 * belongs to whoever makes it.
 */
export async function makeAllBelow(root: FolderHandle, paths: readonly string[]): Promise<MadeFolders> {
  const folders = new Map<string, FolderHandle>();
  const failed = new Map<string, unknown>();
  for (const [above, some] of groupBy(paths, aboveOf)) {
    let parent = root;
    try {
      if (above !== '') parent = await walk(root, above, (inside, name) => makeOne(inside, name, null));
      const names = new Map(some.map((path) => [path.slice(above === '' ? 0 : above.length + 1), path]));
      const made = await makeTogether(parent, [...names.keys()], null);
      for (const [name, folder] of made.folders) folders.set(names.get(name) ?? name, folder);
      for (const [name, error] of made.failed) failed.set(names.get(name) ?? name, error);
    } catch (error) {
      for (const path of some) failed.set(path, error);
    } finally {
      if (parent !== root) parent.close();
    }
  }
  return { folders, failed };
}

function aboveOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), 0));
}

async function makeTogether(
  parent: FolderHandle,
  names: readonly string[],
  owner: Owner | null,
): Promise<MadeFolders> {
  const folders = new Map<string, FolderHandle>();
  const failed = new Map<string, unknown>();
  const open = (name: string, ifMissing: () => void) => {
    try {
      const folder = openInside(parent, name);
      if (folder === null) ifMissing();
      else folders.set(name, folder);
    } catch (error) {
      failed.set(name, error);
    }
  };
  const made: string[] = [];
  for (const name of names) {
    open(name, () => {
      make(join(parent.base, name), owner);
      made.push(name);
    });
  }
  try {
    // Also where nothing was made: a run may have been killed before it made durable what is there.
    await parent.sync();
  } catch (error) {
    for (const folder of folders.values()) folder.close();
    for (const name of made) unmake(join(parent.base, name));
    return { folders: new Map(), failed: new Map(names.map((name) => [name, failed.get(name) ?? error])) };
  }
  for (const name of made) {
    open(name, () => {
      throw new Doubt(`the folder ${name} disappeared while it was made`);
    });
  }
  return { folders, failed };
}

function make(path: string, owner: Owner | null): void {
  try {
    mkdirSync(path);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return;
    throw error;
  }
  if (owner !== null) giveFolderTo(owner, path);
}

function unmake(path: string): void {
  try {
    rmdirSync(path);
  } catch {
    // Somebody has put something into it meanwhile: it is his.
  }
}
