import { pathOf } from '../domain/file-name.js';
import { Doubt } from '../errors.js';
import type { OrderFolder, Stamp } from './ports/disk.js';
import type { Deletions, Intent, Mandate, Removal } from './ports/removals.js';
import { type Outcome, RunStopped, sumOf, troubleOf } from './step.js';

/** A removal that everything allows, and what the file was when it was looked at. */
export interface Allowed {
  readonly removal: Removal;
  readonly stamp: Stamp;
}

/** Removals of one folder. */
export interface Departure {
  readonly folder: OrderFolder;
  readonly allowed: readonly Allowed[];
}

/** Takes one file away. Answers false when it is no longer what its stamp says; then it stays. */
export type TakeAway = (folder: OrderFolder, intent: Intent, stamp: Stamp) => Promise<boolean>;

/** How removals are carried out, and on whose behalf. */
interface Carrying {
  readonly takeAway: TakeAway;
  /** Why what allows the removals is too old by now; null while it is not. */
  readonly whyStale: () => string | null;
  readonly mandate: Mandate;
  readonly deletions: Deletions;
  readonly localNow: () => string;
}

/**
 * Carries out removals of some folders: writes the intentions down, acts, makes it durable, reports. Where the lease went to
 * somebody else the outcome says so, and what was gone by then.
 */
export async function carryOut(departures: readonly Departure[], carrying: Carrying): Promise<Outcome> {
  const { deletions, mandate } = carrying;
  const removals = departures.flatMap(({ allowed }) => allowed.map(({ removal }) => removal));
  if (removals.length === 0) return {};
  let intents: Intent[];
  try {
    intents = await deletions.intend(removals, mandate);
  } catch (error) {
    if (error instanceof RunStopped) return { stopped: error };
    if (!(error instanceof Doubt)) throw error;
    // A record that was changed keeps the files of its own folder.
    if (departures.length === 1)
      return sumOf(removals.map((removal) => troubleOf(removal.rows[0]?.id ?? null, pathOf(removal), error)));
    const each: Outcome[] = [];
    for (const departure of departures) each.push(await carryOut([departure], carrying));
    return sumOf(each);
  }
  return takeAll(intents, departures, carrying);
}

async function takeAll(
  intents: readonly Intent[],
  departures: readonly Departure[],
  { takeAway, whyStale, mandate, deletions, localNow }: Carrying,
): Promise<Outcome> {
  const leaving = new Map(
    departures.flatMap(({ folder, allowed }) =>
      allowed.map(({ removal, stamp }) => [pathOf(removal), { folder, stamp }] as const),
    ),
  );
  const gone: Intent[] = [];
  const kept: Intent[] = [];
  const troubles: Outcome[] = [];
  const done: Intent[] = [];
  let stopped: RunStopped | undefined;
  try {
    for (const intent of intents) {
      // Outside the inner try: without the lease nothing more is touched, and whoever has it settles what was intended.
      await deletions.confirm(mandate);
      try {
        const stale = whyStale();
        if (stale !== null) throw new Doubt(stale);
        const file = leaving.get(pathOf(intent));
        if (file === undefined || !(await takeAway(file.folder, intent, file.stamp)))
          throw new Doubt('it changed while it was being removed');
        gone.push(intent);
      } catch (error) {
        // What broke half-way is settled by the next run, which looks whether the file is still there.
        if (error instanceof Doubt) kept.push(intent);
        troubles.push(troubleOf(intent.rowIds[0] ?? null, pathOf(intent), error));
      }
    }
  } catch (error) {
    if (!(error instanceof RunStopped)) throw error;
    stopped = error;
  } finally {
    const faults = await syncAll(departures);
    for (const intent of gone) {
      const fault = faults.get(intent.folder);
      if (fault === undefined) done.push(intent);
      else troubles.push(troubleOf(intent.rowIds[0] ?? null, pathOf(intent), fault));
    }
    await deletions.done(done, localNow());
    await deletions.withdraw(kept);
  }
  const bytes = done.reduce((sum, intent) => sum + intent.size, 0);
  return sumOf([...troubles, { done: done.length, bytes, stopped }]);
}

/** Makes the removals durable, all at once; answers what went wrong, by the folder's name. */
async function syncAll(departures: readonly Departure[]): Promise<Map<string, unknown>> {
  const faults = new Map<string, unknown>();
  await Promise.all(
    departures.map(async ({ folder, allowed }) => {
      try {
        await folder.sync();
      } catch (error) {
        for (const { removal } of allowed) faults.set(removal.folder, error);
      }
    }),
  );
  return faults;
}
