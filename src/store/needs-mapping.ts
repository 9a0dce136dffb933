import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OWN_FOLDER, storeAway } from './own-folder.js';

/**
 * Whether the store's file system refuses names that others hold, or makes others of them: Windows' own, and its file systems
 * and shares elsewhere, each in a way of its own. Throws with exit 75 when nothing can be written there.
 */
export async function needsMapping(store: string): Promise<boolean> {
  if (process.platform === 'win32') return true;
  const own = join(store, OWN_FOLDER);
  try {
    // Always the same names, so that what a killed run leaves goes with the next one.
    if (await keepsName(own, 'name?probe.').catch(() => false)) return false;
    await keepsName(own, 'name-probe');
    return true;
  } catch (error) {
    throw storeAway(store, error);
  }
}

/** Whether a file that is made in a folder is there under just this name; it is removed again. */
async function keepsName(folder: string, name: string): Promise<boolean> {
  await writeFile(join(folder, name), '');
  const isThere = (await readdir(folder)).includes(name);
  await rm(join(folder, name), { force: true });
  return isThere;
}
