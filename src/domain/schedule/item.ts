import type { NightStep } from '../night.js';
import type { ScheduleEntry } from './entry.js';
import { cronTimes, wakeTimes } from './wakes.js';

/** Where the program stands on this machine, and what of the machine the schedule must know. */
export interface Place {
  /** Absolute paths: of Node, of the program's script, of the configuration file. */
  readonly node: string;
  readonly script: string;
  readonly config: string;
  /** Where programs are looked for. */
  readonly path: string;
  /** The zone of the machine's clock, and the one in which the entries' times are meant. */
  readonly machineZone: string;
  readonly zone: string;
  /** Who runs it, where the scheduler is to switch to somebody; null = whoever installs. */
  readonly user: string | null;
  /** Who installs it; on Windows with his domain before his name. */
  readonly installer: string;
  /** Folders, as absolute paths, that must be writable. */
  readonly writes: readonly string[];
  /** A folder for what is printed, where the scheduler keeps nothing itself. */
  readonly logs: string;
}

/** One thing that is installed into the machine's scheduler. */
export interface Item {
  readonly name: NightStep | 'catch-up' | 'serve';
  readonly about: string;
  readonly argv: readonly string[];
  /** It begins at times, once when the machine has started, or then and for good. */
  readonly begins: 'at-times' | 'at-start' | 'and-stays';
  /** Minutes since midnight on the machine's clock; empty unless it begins at times. */
  readonly times: readonly number[];
  /** The same for cron, as expressions. */
  readonly cron: readonly string[];
  /** A file for what it prints; null = where the scheduler keeps it. */
  readonly log: string | null;
}

const ABOUT: Readonly<Record<NightStep, string>> = {
  insert: 'record the files of finished orders',
  'unlink-discuss': 'remove the files of discussions, leaving thumbs',
  'unlink-trash': 'move files that no order names into the quarantine',
  pull: 'copy what waits on the server to this machine',
  'unlink-backed-up': 'remove the files that the office holds, leaving thumbs',
};

/** What a machine's schedule consists of: its entries, the catch-up after a start, and on a server that has a token `serve`. */
export function itemsFor(
  entries: readonly ScheduleEntry[],
  serves: boolean,
  place: Place,
  now: number,
): Item[] {
  const { node, script, config, zone, machineZone } = place;
  const argv = (...words: string[]) => [node, script, ...words, '--config', config];
  const timed = entries.map((entry): Item => {
    return {
      name: entry.name,
      about: `${ABOUT[entry.name]}, ${entry.at.words}${zone === machineZone ? '' : ` (${zone})`}`,
      argv: argv('schedule', 'run', entry.name),
      begins: 'at-times',
      times: wakeTimes(entry.at, zone, machineZone, now),
      cron: cronTimes(entry.at, zone, machineZone, now),
      log: entry.log,
    };
  });
  const once = { times: [], cron: [], log: null };
  const about = 'after a start, run once what was due and did not run';
  const catchUp: Item = {
    ...once,
    name: 'catch-up',
    about,
    argv: argv('schedule', 'catch-up'),
    begins: 'at-start',
  };
  const serve: Item = {
    ...once,
    name: 'serve',
    about: 'answer the office machine',
    argv: argv('serve', '--quiet'),
    begins: 'and-stays',
  };
  return [...timed, ...(timed.length > 0 ? [catchUp] : []), ...(serves ? [serve] : [])];
}

/** A file, or a block of one, as a scheduler takes it. */
export interface Rendered {
  readonly name: string;
  readonly text: string;
}
