import { NIGHT, type NightStep } from '../../../src/domain/night.js';
import type { ScheduleEntry } from '../../../src/domain/schedule/entry.js';
import { type Item, itemsFor, type Place } from '../../../src/domain/schedule/item.js';
import { parseWhen } from '../../../src/domain/schedule/when.js';

/** Summer of 2026. */
export const NOW = Date.UTC(2026, 6, 1);

const TIMES: Readonly<Record<NightStep, string>> = {
  insert: 'daily at 00:00',
  'unlink-discuss': 'daily at 01:00',
  'unlink-trash': 'daily at 02:00',
  pull: 'daily at 03:00',
  'unlink-backed-up': 'daily at 04:00',
};

export function place(given: Partial<Place> = {}): Place {
  return {
    node: '/usr/bin/node',
    script: '/usr/lib/node_modules/orderbak/bin/orderbak.js',
    config: '/etc/orderbak/orderbak.toml',
    path: '/usr/bin:/bin',
    machineZone: 'UTC',
    zone: 'UTC',
    user: null,
    installer: 'office',
    writes: [],
    logs: '/var/log',
    ...given,
  };
}

export function entry(name: NightStep, at = TIMES[name], given: Partial<ScheduleEntry> = {}): ScheduleEntry {
  const when = parseWhen(at);
  if (when === null) throw new Error(`"${at}" is no time`);
  const rules = { withoutOverlapping: true, onOneServer: true, inBackground: false };
  return { name, at: when, ...rules, timeout: 60_000, jitter: 0, log: null, ...given };
}

/** All that a machine which is both can have. */
export function allItems(given: Partial<Place> = {}): Item[] {
  return itemsFor(
    NIGHT.map((name) => entry(name)),
    true,
    place(given),
    NOW,
  );
}

export function item(name: NightStep, at = TIMES[name], given: Partial<Place> = {}): Item {
  const [first] = itemsFor([entry(name, at)], false, place(given), NOW);
  if (first === undefined) throw new Error('an entry makes an item');
  return first;
}
