import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Catalog } from './office-store.js';

/** A half file is gone on with by the next run; one that is so old, in ms, belongs to a row that is not listed any more. */
const KEEP_MS = 30 * 24 * 60 * 60 * 1000;

/** Removes the half files that nobody comes back to. `now`: ms since 1970. */
export async function sweepParts(folder: string, catalog: Catalog, now: number): Promise<void> {
  const ids: number[] = [];
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if (now - (await stat(path)).mtimeMs < KEEP_MS) continue;
    await rm(path, { force: true });
    const id = /^(\d+)\.part$/.exec(name)?.[1];
    if (id !== undefined) ids.push(Number(id));
  }
  await catalog.dropParts(ids);
}
