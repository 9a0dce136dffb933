import { Doubt } from '../errors.js';
import type { Deletions, Intent, Mandate, OrderFolder, Removal, Stamp } from './ports.js';
import { type Outcome, sumOf, troubleOf } from './step.js';

/** A removal that everything allows, and what the file was when it was looked at. */
export interface Allowed {
  readonly removal: Removal;
  readonly stamp: Stamp;
}

/**
 * Carries out removals of one folder: writes the intentions down, acts, makes it durable, reports.
 * `act` answers false when the file is no longer what its stamp says; then it stays.
 */
export async function carryOut(
  folder: OrderFolder,
  allowed: readonly Allowed[],
  act: (removal: Removal, stamp: Stamp) => Promise<boolean>,
  deletions: Deletions,
  mandate: Mandate,
  localNow: () => string,
): Promise<Outcome> {
  if (allowed.length === 0) return {};
  const stamps = new Map(allowed.map(({ removal, stamp }) => [removal.filename, stamp]));
  const gone: Intent[] = [];
  const kept: Intent[] = [];
  const troubles: Outcome[] = [];
  for (const intent of await deletions.intend(
    allowed.map((entry) => entry.removal),
    mandate,
  )) {
    const id = intent.rowIds[0] ?? null;
    const path = `${intent.folder}/${intent.filename}`;
    try {
      const stamp = stamps.get(intent.filename);
      if (stamp === undefined || !(await act(intent, stamp)))
        throw new Doubt('it changed while it was being removed');
      gone.push(intent);
    } catch (error) {
      // What broke half-way is settled by the next run, which looks whether the file is still there.
      if (error instanceof Doubt) kept.push(intent);
      troubles.push(troubleOf(id, path, error));
    }
  }
  await folder.sync();
  await deletions.done(gone, localNow());
  await deletions.withdraw(kept);
  return sumOf([
    ...troubles,
    { done: gone.length, bytes: gone.reduce((sum, intent) => sum + intent.size, 0) },
  ]);
}
