import { hostname, uptime } from 'node:os';
import type { LoadedConfig } from '../config/load.js';
import { machinesOf } from '../config/role.js';
import type { Config } from '../config/schema.js';
import { openScheduleBook } from '../db/schedule-book.js';
import { type Machine, machineOf } from '../domain/night.js';
import type { ScheduleEntry } from '../domain/schedule/entry.js';
import { isAlive } from '../jobs/is-alive.js';
import type { ScheduleBook } from '../schedule/book.js';
import { runEntry, type Self, type Woken } from '../schedule/run-entry.js';
import { startStep } from '../schedule/start-step.js';
import { zoneOf } from './entries.js';
import { programArgv } from './place.js';
import { withRecords } from './records.js';

/** Opens the book of a kind of machine for one question or two. */
export function withBook<T>(config: Config, machine: Machine, work: (book: ScheduleBook) => Promise<T>) {
  return withRecords(config, machine, (database) => work(openScheduleBook(database)));
}

/** Holds all entries of this machine, or lets them go on; false when they were so already. */
export async function holdEntries(config: Config, hold: boolean): Promise<boolean> {
  let changed = false;
  for (const machine of machinesOf(config)) {
    const one = await withBook(config, machine, (book) =>
      hold ? book.hold(hostname(), Date.now()) : book.letGo(hostname()),
    );
    changed ||= one;
  }
  return changed;
}

/** Runs an entry if it is due (see `runEntry`); `stop` asks it to end. */
export function wake(loaded: LoadedConfig, entry: ScheduleEntry, stop: AbortSignal): Promise<Woken> {
  const { config } = loaded;
  return runEntry(entry, {
    withBook: (work) => withBook(config, machineOf(entry.name), work),
    start: () => startNow(loaded, entry, stop),
    clock: Date.now,
    self: self(),
    zone: zoneOf(config),
    chance: Math.random,
    stop,
  });
}

/** Runs an entry's step, due or not; `pull` waits first until the network is there. */
export async function startNow({ config, path }: LoadedConfig, entry: ScheduleEntry, stop: AbortSignal) {
  if (entry.name === 'pull' && config.pull.url !== null) {
    const { waitOnline } = await import('../remote/wait-online.js');
    await waitOnline(config.pull.url, config.pull.wait_online, stop);
  }
  const argv = programArgv(path, entry.name);
  return startStep({ argv, log: entry.log, timeout: entry.timeout, stop });
}

/** This process, and how it sees others of this machine. */
export function self(): Self {
  return { host: hostname(), pid: process.pid, isAlive, booted: Date.now() - uptime() * 1000 };
}
