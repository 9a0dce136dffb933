import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive } from '../jobs/is-alive.js';

/** Removes the files of a folder that processes of this machine left behind when they were killed; `made` finds the process's id in a name. */
export async function sweepDead(folder: string, made: RegExp): Promise<void> {
  for (const name of await readdir(folder)) {
    const pid = made.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) await rm(join(folder, name), { force: true });
  }
}
