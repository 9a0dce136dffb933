import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** A decoder whose parent was killed notices that as soon as it has time; on a busy machine that may take a while. */
const GRACE_MS = 15_000;

/** Kills the processes of a world that do not end by themselves; answers what each was. */
export async function endProcessesOf(folder: string): Promise<string[]> {
  for (const end = Date.now() + GRACE_MS; Date.now() < end && processesOf(folder).length > 0; )
    await sleep(50);
  const ended: string[] = [];
  for (const pid of processesOf(folder)) {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').filter(Boolean);
      if (words.length === 0) continue;
      process.kill(pid, 'SIGKILL');
      ended.push(words.join(' '));
    } catch {
      // It ended by itself meanwhile.
    }
  }
  return ended;
}

/** Ids of living processes whose HOME lies in a folder. */
export function processesOf(folder: string): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`HOME=${folder}/`);
    } catch {
      return false;
    }
  });
}
