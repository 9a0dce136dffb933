import { randomUUID } from 'node:crypto';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OWN_FOLDER, storeAway } from './own-folder.js';
import { sweepDead } from './sweep-dead.js';

const PROBE = /^name-probe-(\d+)-/;

/**
 * Whether the store's file system refuses names that others hold, or makes others of them: Windows' own, and its file systems
 * and shares elsewhere, each in a way of its own. Throws with exit 75 when nothing can be written there.
 */
export async function needsMapping(store: string): Promise<boolean> {
  if (process.platform === 'win32') return true;
  const own = join(store, OWN_FOLDER);
  try {
    await sweepDead(own, PROBE);
    // Of pulls that begin at once, each has a name of its own: none takes away what another looks for.
    const name = `name-probe-${process.pid}-${randomUUID()}`;
    if (await keepsName(own, `${name}?.`).catch(() => false)) return false;
    await keepsName(own, name);
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
