import { hostname } from 'node:os';
import type { LoadedConfig } from '../config/load.js';
import { machinesOf, roleOf } from '../config/role.js';
import { openRunHistory } from '../db/run-history.js';
import { openScheduleBook } from '../db/schedule-book.js';
import { machineOf } from '../domain/night.js';
import type { RunRecord } from '../domain/run.js';
import { nextDue } from '../domain/schedule/due.js';
import type { Role, ScheduleEntry } from '../domain/schedule/entry.js';
import { messageOf, OrderbakError } from '../errors.js';
import type { Turn } from '../schedule/book.js';
import { agree, type Scheduler } from '../schedule/scheduler.js';
import { entriesOf, zoneOf } from './entries.js';
import { itemsOf, placeOf } from './place.js';
import { withRecords } from './records.js';

/** An entry as somebody looks at it. Moments are ms since 1970. */
export interface EntryView {
  readonly entry: ScheduleEntry;
  readonly next: number | null;
  /** The last due time that was begun, and the last run of the step, by whomever; null = none, or it cannot be asked. */
  readonly turn: Turn | null;
  readonly run: RunRecord | null;
}

/** How what is installed stands to the configuration. */
export type Installed = 'as configured' | 'differs from the configuration' | 'not installed' | 'unknown';

/** A machine's schedule as somebody looks at it. */
export interface ScheduleView {
  readonly role: Role;
  readonly zone: string;
  /** Since when all entries of this machine are held; null when they are not. */
  readonly heldSince: number | null;
  readonly installed: Installed;
  readonly entries: readonly EntryView[];
  /** What could not be asked, and why. */
  readonly troubles: readonly string[];
}

/** This machine's schedule at a moment (ms since 1970). What cannot be asked is a trouble, not an error. */
export async function viewSchedule(
  loaded: LoadedConfig,
  scheduler: Scheduler,
  user: string | null,
  now: number,
): Promise<ScheduleView> {
  const { config } = loaded;
  const troubles: string[] = [];
  const tolerate = (error: unknown) => {
    if (!(error instanceof OrderbakError)) throw error;
    troubles.push(messageOf(error));
    return null;
  };
  const turns = new Map<string, Turn | null>();
  const runs = new Map<string, RunRecord>();
  let heldSince: number | null = null;
  for (const machine of machinesOf(config)) {
    const own = entriesOf(config).filter(({ name }) => machineOf(name) === machine);
    const asking = withRecords(config, machine, async (database) => {
      const book = openScheduleBook(database);
      heldSince ??= await book.heldSince(hostname());
      for (const { name, onOneServer } of own)
        turns.set(name, await book.last(name, onOneServer ? '' : hostname()));
      for (const run of await openRunHistory(database, hostname()).lastOfEachStep()) runs.set(run.step, run);
    });
    await asking.catch(tolerate);
  }
  const installed = await installedAs(loaded, scheduler, user, now).catch(tolerate);
  const zone = zoneOf(config);
  const entries = entriesOf(config).map((entry) => ({
    entry,
    next: nextDue(entry.at, zone, now),
    turn: turns.get(entry.name) ?? null,
    run: runs.get(entry.name) ?? null,
  }));
  return { role: roleOf(config), zone, heldSince, installed: installed ?? 'unknown', entries, troubles };
}

async function installedAs(
  loaded: LoadedConfig,
  scheduler: Scheduler,
  user: string | null,
  now: number,
): Promise<Installed> {
  const is = await scheduler.installed();
  if (is.length === 0) return 'not installed';
  const place = placeOf(loaded, user);
  const wanted = scheduler.render(itemsOf(loaded, place, now), place);
  return agree(is, wanted) ? 'as configured' : 'differs from the configuration';
}
