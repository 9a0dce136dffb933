import { mkdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { codeOf, EXIT, messageOf, OrderbakError } from '../errors.js';
import { syncFolder } from './durable.js';

/** The folder of the store that belongs to orderbak: catalog and half files. */
export const OWN_FOLDER = '.orderbak';

/** Where the half files of a store lie. */
export function halfFolderIn(store: string): string {
  return join(store, OWN_FOLDER, 'part');
}

/**
 * Makes the store's own folder. The store itself is made only if the folder that holds it is there: a disk that is
 * not mounted is not to be filled. Throws with exit 75.
 */
export async function prepareStore(store: string): Promise<void> {
  try {
    await mkdir(store).then(
      () => syncFolder(dirname(resolve(store))),
      (error: unknown) => {
        if (codeOf(error) !== 'EEXIST') throw error;
      },
    );
    await mkdir(halfFolderIn(store), { recursive: true });
  } catch (error) {
    throw storeAway(store, error);
  }
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
