import { access, mkdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { EXIT, messageOf, OrderbakError } from '../errors.js';
import { syncFolder } from './durable.js';
import { diskOf } from './store-disk.js';

/** The folder of the store that belongs to orderbak: catalog and half files. */
export const OWN_FOLDER = '.orderbak';

/** Where the half files of a store lie. */
export function halfFolderIn(store: string): string {
  return join(store, OWN_FOLDER, 'part');
}

/**
 * Makes the store's own folder. A disk that is not mounted is not to be filled: the store itself is made only if the folder
 * that holds it is there, and nothing is begun on another disk than the store's own. Throws with exit 75.
 */
export async function prepareStore(store: string): Promise<void> {
  try {
    const disk = await diskOf(resolve(store));
    if (disk.isAnother && !(await isThere(join(store, OWN_FOLDER)))) throw anotherDisk(store);
    await mkdir(store).then(
      () => syncFolder(dirname(resolve(store))),
      async (error: unknown) => {
        // Of a drive's root Windows says that it may not be made, not that it is there.
        if (!(await isThere(store))) throw error;
      },
    );
    await mkdir(halfFolderIn(store), { recursive: true });
    await disk.remember();
  } catch (error) {
    throw error instanceof OrderbakError ? error : storeAway(store, error);
  }
}

/** Whether something was ever kept in the store. Throws with exit 75 where it is not there. */
export async function isBegun(store: string): Promise<boolean> {
  await access(store).catch((error: unknown) => {
    throw storeAway(store, error);
  });
  return isThere(join(store, OWN_FOLDER));
}

function anotherDisk(store: string): OrderbakError {
  return new OrderbakError(
    EXIT.away,
    'store-away',
    `the store ${store} is empty, and on another disk than at the last run`,
    `Mount its disk. If the store is to begin anew on this one, make an empty folder ${OWN_FOLDER} in it.`,
  );
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** The error of a store that is not there, or cannot be written to. */
export function storeAway(store: string, error: unknown): OrderbakError {
  const hint = 'Mount its disk, or correct [pull] store. What the store holds is not touched.';
  return new OrderbakError(
    EXIT.away,
    'store-away',
    `the store ${store} cannot be used: ${messageOf(error)}`,
    hint,
    error,
  );
}
