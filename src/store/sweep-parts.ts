import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Catalog } from './office-store.js';

/** A half file is gone on with by the next run; one that is so old, in ms, belongs to a row that is not listed any more. */
const KEEP_MS = 30 * 24 * 60 * 60 * 1000;

/** Removes the half files that nobody comes back to, and answers the rows of those that stay. `now`: ms since 1970. */
export async function sweepParts(folder: string, catalog: Catalog, now: number): Promise<Set<number>> {
  const gone: number[] = [];
  const kept = new Set<number>();
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const id = /^(\d+)\.part$/.exec(name)?.[1];
    const isOld = now - (await stat(path)).mtimeMs >= KEEP_MS;
    if (isOld) await rm(path, { force: true });
    if (id !== undefined && isOld) gone.push(Number(id));
    else if (id !== undefined) kept.add(Number(id));
  }
  await catalog.dropParts(gone);
  return kept;
}
