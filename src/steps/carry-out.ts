import { Doubt } from '../errors.js';
import type { Deletions, Intent, Mandate, OrderFolder, Removal, Stamp } from './ports.js';
import { type Outcome, sumOf, troubleOf } from './step.js';

/** A removal that everything allows, and what the file was when it was looked at. */
export interface Allowed {
  readonly removal: Removal;
  readonly stamp: Stamp;
}

/** Takes one file away. Answers false when it is no longer what its stamp says; then it stays. */
export type TakeAway = (intent: Intent, stamp: Stamp) => Promise<boolean>;

/**
 * Carries out removals of one folder: writes the intentions down, acts, makes it durable, reports.
 * Throws RunStopped when the lease went to somebody else; what was gone by then is reported all the same.
 */
export async function carryOut(
  folder: OrderFolder,
  allowed: readonly Allowed[],
  takeAway: TakeAway,
  deletions: Deletions,
  mandate: Mandate,
  localNow: () => string,
): Promise<Outcome> {
  if (allowed.length === 0) return {};
  let intents: Intent[];
  try {
    intents = await deletions.intend(
      allowed.map(({ removal }) => removal),
      mandate,
    );
  } catch (error) {
    if (!(error instanceof Doubt)) throw error;
    return sumOf(
      allowed.map(({ removal }) => troubleOf(removal.rows[0]?.id ?? null, pathOf(removal), error)),
    );
  }
  const stamps = new Map(allowed.map(({ removal, stamp }) => [removal.filename, stamp]));
  const gone: Intent[] = [];
  const kept: Intent[] = [];
  const troubles: Outcome[] = [];
  const takeAll = async () => {
    for (const intent of intents) {
      // Outside the try: without the lease nothing more is touched, and what was intended is settled by whoever has it.
      await deletions.confirm(mandate);
      try {
        const stamp = stamps.get(intent.filename);
        if (stamp === undefined || !(await takeAway(intent, stamp)))
          throw new Doubt('it changed while it was being removed');
        gone.push(intent);
      } catch (error) {
        // What broke half-way is settled by the next run, which looks whether the file is still there.
        if (error instanceof Doubt) kept.push(intent);
        troubles.push(troubleOf(intent.rowIds[0] ?? null, pathOf(intent), error));
      }
    }
  };
  await takeAll().finally(async () => {
    await folder.sync();
    await deletions.done(gone, localNow());
    await deletions.withdraw(kept);
  });
  return sumOf([
    ...troubles,
    { done: gone.length, bytes: gone.reduce((sum, intent) => sum + intent.size, 0) },
  ]);
}

function pathOf({ folder, filename }: { folder: string; filename: string }): string {
  return `${folder}/${filename}`;
}
