import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as z from 'zod';
import { readUserFile, writeUserFile } from './user-file.js';

const NAME = 'stores.json';
const book = z.array(z.object({ store: z.string(), device: z.number() }));
const MOST_STORES = 20;

/** On which disk a store lies, or would be made, and whether that is another one than at the last time. */
export interface Disk {
  readonly isAnother: boolean;
  /** Keeps in mind that this is the store's disk. A machine that cannot remember it only notices less. */
  remember(): Promise<void>;
}

/** Looks on which disk a store lies: that of an empty place tells whether its own is not mounted. `store`: an absolute path. */
export async function diskOf(store: string): Promise<Disk> {
  const { dev: device } = await stat(store).catch(() => stat(dirname(store)));
  const known = (await readUserFile(NAME, book)) ?? [];
  const before = known.find((entry) => entry.store === store)?.device;
  return {
    isAnother: before !== undefined && before !== device,
    async remember() {
      if (before === device) return;
      const others = known.filter((entry) => entry.store !== store);
      await writeUserFile(NAME, [{ store, device }, ...others].slice(0, MOST_STORES)).catch(() => undefined);
    },
  };
}
