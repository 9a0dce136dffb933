import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../errors.js';
import { OWN_FOLDER, storeAway } from './own-folder.js';

/**
 * Whether the store's file system refuses names that others hold: Windows' own, and its file systems elsewhere. Throws with exit 75
 * when nothing can be written there.
 */
export async function needsMapping(store: string): Promise<boolean> {
  if (process.platform === 'win32') return true;
  // Always the same name, so that what a killed run leaves goes with the next one.
  const probe = join(store, OWN_FOLDER, 'name?probe');
  try {
    await writeFile(probe, '');
    await rm(probe, { force: true });
    return false;
  } catch (error) {
    if (codeOf(error) === 'EINVAL' || codeOf(error) === 'ENOENT') return true;
    throw storeAway(store, error);
  }
}
