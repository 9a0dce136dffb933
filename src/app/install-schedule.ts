import type { LoadedConfig } from '../config/load.js';
import type { Config } from '../config/schema.js';
import type { Clock } from '../domain/clock.js';
import { machineOf } from '../domain/night.js';
import { lastDue } from '../domain/schedule/due.js';
import type { Rendered } from '../domain/schedule/item.js';
import { OrderbakError } from '../errors.js';
import { mustRead } from '../schedule/may-read.js';
import type { Scheduler } from '../schedule/scheduler.js';
import { entriesOf, zoneOf } from './entries.js';
import { itemsOf, placeOf } from './place.js';
import { self, withBook } from './schedule.js';

const clock: Clock = Date.now;

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
  return scheduler.render(itemsOf(loaded, place, clock()), place);
}

/** Puts this machine's schedule into a scheduler (see `wantedOf`). Answers what was done, a sentence each. */
export async function installSchedule(
  loaded: LoadedConfig,
  scheduler: Scheduler,
  user: string | null,
): Promise<string[]> {
  const wanted = await wantedOf(loaded, scheduler, user);
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
