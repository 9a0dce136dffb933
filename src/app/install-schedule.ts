import type { LoadedConfig } from '../config/load.js';
import type { Config } from '../config/schema.js';
import { machineOf } from '../domain/night.js';
import { lastDue } from '../domain/schedule/due.js';
import type { Rendered } from '../domain/schedule/item.js';
import { OrderbakError } from '../errors.js';
import { mustRead } from '../schedule/may-read.js';
import { agree, type Scheduler } from '../schedule/scheduler.js';
import { entriesOf, zoneOf } from './entries.js';
import { itemsOf, placeOf } from './place.js';
import { self, withBook } from './schedule.js';

/**
 * What a scheduler is to hold; `user` = to whom it is to switch, null = nobody else. Throws with exit 2 where there is no
 * configuration file, or that user cannot read it.
 */
export async function wantedOf(
  loaded: LoadedConfig,
  scheduler: Scheduler,
  user: string | null,
): Promise<Rendered[]> {
  const place = placeOf(loaded, user);
  await mustRead(user, loaded.path);
  return scheduler.render(itemsOf(loaded, place, Date.now()), place);
}

/** Puts this machine's schedule into a scheduler (see `wantedOf`). Answers what was done, a sentence each. */
export async function installSchedule(
  loaded: LoadedConfig,
  scheduler: Scheduler,
  user: string | null,
): Promise<string[]> {
  const wanted = await wantedOf(loaded, scheduler, user);
  const isNew = !agree(wanted, await scheduler.installed());
  // Before it is switched on: a scheduler may wake a catch-up at once.
  const trouble = await settlePast(loaded.config, isNew).then(
    () => null,
    (error: unknown) => {
      if (error instanceof OrderbakError)
        return `when entries ran last cannot be looked up: ${error.message}`;
      throw error;
    },
  );
  return [...(await scheduler.install(wanted)), ...(trouble === null ? [] : [trouble])];
}

/**
 * Writes down that the last due times of entries without a history, and of all where the schedule is a new one, were before it
 * was there, so that nothing makes up for them in the middle of the day.
 */
async function settlePast(config: Config, isNew: boolean): Promise<void> {
  const { host, pid } = self();
  for (const entry of entriesOf(config)) {
    await withBook(config, machineOf(entry.name), async (book) => {
      const scope = entry.onOneServer ? '' : host;
      const due = lastDue(entry.at, zoneOf(config), Date.now());
      const last = await book.last(entry.name, scope);
      if (due === null || (last !== null && (!isNew || last.due >= due))) return;
      const at = Date.now();
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
