import { hostname, uptime } from 'node:os';
import { type LoadedConfig, need } from '../config/load.js';
import type { Config } from '../config/schema.js';
import { openCatalogDatabase } from '../db/catalog.js';
import { openDatabase } from '../db/open.js';
import { openScheduleBook } from '../db/schedule-book.js';
import type { Database } from '../db/tables.js';
import type { Clock } from '../domain/clock.js';
import { lastDue } from '../domain/schedule/due.js';
import { type Entry, machineOf } from '../domain/schedule/entry.js';
import { OrderbakError } from '../errors.js';
import { isAlive } from '../jobs/is-alive.js';
import type { ScheduleBook } from '../schedule/book.js';
import { runEntry, type Self, type Woken } from '../schedule/run-entry.js';
import type { Scheduler } from '../schedule/scheduler.js';
import { startApart, startStep } from '../schedule/start-step.js';
import { prepareStore } from '../store/office-store.js';
import { entriesOf, machinesOf, zoneOf } from './entries.js';
import { itemsOf, placeOf, programArgv } from './place.js';

const clock: Clock = Date.now;

/** Opens the database in which the entries of a kind of machine are written down: the shop's, or the office's catalog. */
export async function withDatabaseOf<T>(
  config: Config,
  machine: 'server' | 'office',
  work: (database: Database) => Promise<T>,
): Promise<T> {
  const database =
    machine === 'office'
      ? await openCatalogOf(config)
      : await openDatabase(need(config.database.url, 'database.url'));
  return work(database).finally(() => database.close());
}

async function openCatalogOf(config: Config): Promise<Database> {
  const store = need(config.pull.store, 'pull.store');
  await prepareStore(store);
  return openCatalogDatabase(store);
}

function withBook<T>(config: Config, machine: 'server' | 'office', work: (book: ScheduleBook) => Promise<T>) {
  return withDatabaseOf(config, machine, (database) => work(openScheduleBook(database)));
}

/** Holds all entries of this machine, or lets them go on; false when they were so already. */
export async function holdEntries(config: Config, hold: boolean): Promise<boolean> {
  let changed = false;
  for (const machine of machinesOf(config)) {
    const one = await withBook(config, machine, (book) =>
      hold ? book.hold(hostname(), clock()) : book.letGo(hostname()),
    );
    changed ||= one;
  }
  return changed;
}

/**
 * Writes down that the last due times of entries without a history were before there was a schedule, so that no catch-up
 * runs them in the middle of the day.
 */
async function settlePast(config: Config): Promise<void> {
  const { host, pid } = self();
  for (const entry of entriesOf(config)) {
    await withBook(config, machineOf(entry.name), async (book) => {
      const scope = entry.onOneServer ? '' : host;
      const due = lastDue(entry.at, zoneOf(config), clock());
      if (due === null || (await book.last(entry.name, scope)) !== null) return;
      const at = clock();
      await book.begin({
        entry: entry.name,
        scope,
        due,
        host,
        pid,
        begun: at,
        ended: at,
        result: 'settled',
        exit: null,
      });
    });
  }
}

/** Puts this machine's schedule into a scheduler; `user` = to whom that is to switch. Answers what was done, a sentence each. */
export async function installSchedule(
  loaded: LoadedConfig,
  scheduler: Scheduler,
  user: string | null,
): Promise<string[]> {
  const place = placeOf(loaded, user);
  const wanted = scheduler.render(itemsOf(loaded, place, clock()), place);
  // Before it is switched on: a scheduler may wake a catch-up at once.
  const trouble = await settlePast(loaded.config).then(
    () => null,
    (error: unknown) => {
      if (error instanceof OrderbakError)
        return `when entries ran last cannot be looked up: ${error.message}`;
      throw error;
    },
  );
  return [...(await scheduler.install(wanted)), ...(trouble === null ? [] : [trouble])];
}

/** What may be said about waking entries. */
export interface WakeChoices {
  /** Instead of the entry's own log. */
  readonly log: string | null;
  readonly stop: AbortSignal;
}

/** Runs an entry if it is due (see `runEntry`). */
export function wake(loaded: LoadedConfig, entry: Entry, choices: WakeChoices): Promise<Woken> {
  const { config } = loaded;
  return runEntry(entry, {
    withBook: (work) => withBook(config, machineOf(entry.name), work),
    start: () => startNow(loaded, entry, choices),
    clock,
    self: self(),
    zone: zoneOf(config),
    chance: Math.random,
    stop: choices.stop,
  });
}

/** Runs an entry's step, due or not; `pull` waits first until the network is there. */
export async function startNow({ config, path }: LoadedConfig, entry: Entry, { log, stop }: WakeChoices) {
  if (entry.name === 'pull' && config.pull.url !== null) {
    const { waitOnline } = await import('../remote/wait-online.js');
    await waitOnline(config.pull.url, config.pull.wait_online, stop);
  }
  const argv = programArgv(path, entry.name);
  return startStep({ argv, log: log ?? entry.log, timeout: entry.timeout, stop });
}

/** This process, and how it sees others of this machine. */
export function self(): Self {
  return { host: hostname(), pid: process.pid, isAlive, booted: clock() - uptime() * 1000 };
}

/** What came of an entry in a catch-up. */
export interface CaughtUp {
  readonly entry: Entry;
  /** Null for one that was begun and not waited for. */
  readonly woken: Woken | null;
}

/**
 * Runs what was due and did not run, in the order in which it was due, one after the other. One that runs in the background is
 * begun and not waited for. An entry whose run went wrong does not keep the next from running.
 */
export async function* catchUp(loaded: LoadedConfig, choices: WakeChoices): AsyncGenerator<CaughtUp> {
  const { config, path } = loaded;
  const zone = zoneOf(config);
  const due = ({ at }: Entry) => lastDue(at, zone, clock()) ?? 0;
  for (const entry of entriesOf(config).sort((a, b) => due(a) - due(b))) {
    if (choices.stop.aborted) return;
    if (entry.inBackground) startApart(programArgv(path, 'schedule', 'run', entry.name));
    yield { entry, woken: entry.inBackground ? null : await wake(loaded, entry, choices) };
  }
}
