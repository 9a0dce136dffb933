import { readdirSync, readFileSync } from 'node:fs';

/** Kills every process that was started for a world, which its environment names; answers what each was. */
export async function endProcessesOf(folder: string): Promise<string[]> {
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
