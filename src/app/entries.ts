import { roleOf } from '../config/role.js';
import type { Config } from '../config/schema.js';
import { machineOf, type NightStep } from '../domain/night.js';
import { type EntryRules, entriesFor, type ScheduleEntry } from '../domain/schedule/entry.js';
import { EXIT, OrderbakError } from '../errors.js';

/** The entries of this machine, in the order of the night. */
export function entriesOf(config: Config): ScheduleEntry[] {
  const { insert, pull, ...rest } = config.schedule;
  const rules: Record<NightStep, EntryRules> = {
    insert,
    'unlink-discuss': rest.unlink_discuss,
    'unlink-trash': rest.unlink_trash,
    pull,
    'unlink-backed-up': rest.unlink_backed_up,
  };
  return entriesFor(roleOf(config), rules);
}

/** The zone in which the entries' times are meant: what is configured, else this machine's. */
export function zoneOf({ schedule }: Config): string {
  return schedule.timezone ?? machineZone();
}

/** The zone of this machine's clock. */
export function machineZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** The entry of this machine with that name. Throws with exit 2 when it is switched off, or another machine's. */
export function entryNamed(config: Config, name: NightStep): ScheduleEntry {
  const entry = entriesOf(config).find((one) => one.name === name);
  if (entry !== undefined) return entry;
  throw new OrderbakError(
    EXIT.usage,
    'schedule',
    `${name} is not in this machine's schedule: it is switched off, or the ${machineOf(name)}'s`,
    'See `orderbak schedule list`, and [schedule] and [machine] in the configuration.',
  );
}
