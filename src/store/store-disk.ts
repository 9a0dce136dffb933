import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as z from 'zod';
import { readUserFile, writeUserFile } from './user-file.js';

const memory = z.object({ store: z.string(), device: z.number() });

/** On which disk a store lies, or would be made, and whether that is another one than at the last time. */
export interface Disk {
  readonly isAnother: boolean;
  /** Keeps in mind that this is the store's disk. A machine that cannot remember it only notices less. */
  remember(): Promise<void>;
}

/** Looks on which disk a store lies: that of an empty place tells whether its own is not mounted. `store`: an absolute path. */
export async function diskOf(store: string): Promise<Disk> {
  const { dev: device } = await stat(store).catch(() => stat(dirname(store)));
  // A file for each store: two that are pulled into at once do not overwrite what the other remembers.
  const name = `store-${createHash('sha256').update(store).digest('hex').slice(0, 16)}.json`;
  const before = (await readUserFile(name, memory))?.device;
  return {
    isAnother: before !== undefined && before !== device,
    async remember() {
      if (before !== device) await writeUserFile(name, { store, device }).catch(() => undefined);
    },
  };
}
