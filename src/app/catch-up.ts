import { setTimeout as sleep } from 'node:timers/promises';
import type { LoadedConfig } from '../config/load.js';
import { machinesOf } from '../config/role.js';
import { lastDue } from '../domain/schedule/due.js';
import type { ScheduleEntry } from '../domain/schedule/entry.js';
import { isAway } from '../errors.js';
import type { Woken } from '../schedule/run-entry.js';
import { startApart } from '../schedule/start-step.js';
import { entriesOf, zoneOf } from './entries.js';
import { programArgv } from './place.js';
import { self, wake, withBook } from './schedule.js';

/** How long a catch-up waits for the database of a machine that has just been started, and how often it looks, ms. */
const PATIENCE = 300_000;
const BETWEEN = 5000;

/** Throws what is wrong when it is still away after all that time, or something else is wrong with it. Returns when told to stop. */
async function untilThere(ask: () => Promise<unknown>, stop: AbortSignal): Promise<void> {
  const end = performance.now() + PATIENCE;
  while (!stop.aborted) {
    try {
      await ask();
      return;
    } catch (error) {
      if (!isAway(error) || performance.now() > end) throw error;
      await sleep(BETWEEN, undefined, { signal: stop }).catch(() => {});
    }
  }
}

/** What came of an entry in a catch-up. */
export interface CaughtUp {
  readonly entry: ScheduleEntry;
  /** Null for one that runs beside the others. */
  readonly woken: Woken | null;
}

/**
 * Runs what was due and did not run, in the order in which it was due, one after the other. One that runs in the background is
 * begun, and waited for at the end alone. An entry whose run went wrong does not keep the next from running. `log`: the file of
 * entries that have no log of their own; null = what they print is handed back.
 */
export async function* catchUp(
  loaded: LoadedConfig,
  log: string | null,
  stop: AbortSignal,
): AsyncGenerator<CaughtUp> {
  const { config, path } = loaded;
  const zone = zoneOf(config);
  const due = ({ at }: ScheduleEntry) => lastDue(at, zone, Date.now()) ?? 0;
  for (const machine of machinesOf(config))
    await untilThere(() => withBook(config, machine, (book) => book.heldSince(self().host)), stop);
  const apart: Promise<unknown>[] = [];
  try {
    for (const own of entriesOf(config).sort((a, b) => due(a) - due(b))) {
      if (stop.aborted) return;
      const entry = { ...own, log: own.log ?? log };
      if (entry.inBackground) {
        const logged = entry.log === null ? [] : ['--log', entry.log];
        apart.push(startApart(programArgv(path, 'schedule', 'run', entry.name, ...logged), stop));
      }
      yield { entry, woken: entry.inBackground ? null : await wake(loaded, entry, stop) };
    }
  } finally {
    // systemd kills what a service leaves behind.
    await Promise.all(apart);
  }
}
