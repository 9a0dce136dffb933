import type { Glance, ListedPlace, OrderStore } from '../steps/ports/disk.js';
import { RunStopped } from '../steps/step.js';

/**
 * What these files are now, in the order given, as `OrderStore.statAll` says; null too for one that cannot be looked at, as in
 * a folder with wrong rights: it is not in the others' way. Throws as `checkRoot` does where that is so of the whole root.
 */
export async function glancesAt(
  places: readonly ListedPlace[],
  store: Pick<OrderStore, 'statAll' | 'checkRoot'>,
): Promise<readonly (Glance | null)[]> {
  const glanceAt = (place: ListedPlace): Glance | null => {
    try {
      return store.statAll([place])[0] ?? null;
    } catch {
      return null;
    }
  };
  try {
    return store.statAll(places);
  } catch (error) {
    if (error instanceof RunStopped) throw error;
    const found = places.map(glanceAt);
    await store.checkRoot();
    return found;
  }
}
