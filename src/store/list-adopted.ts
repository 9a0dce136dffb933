import { groupBy } from '../domain/group-by.js';
import type { Keeping } from '../steps/ports/office.js';
import type { Kept } from './catalog.js';
import { type KeepingPlace, keepArrivals, othersThan, type PlacedFile } from './keep-arrivals.js';

/** Writes files that lie in their places already into their folders' lists of hashes. `known` is what the catalog has by folder. */
export async function listAdopted(
  adopted: readonly PlacedFile[],
  known: ReadonlyMap<string, readonly Kept[]>,
  place: KeepingPlace,
): Promise<{ readonly listed: readonly PlacedFile[]; readonly failed: Keeping['failed'] }> {
  const folders = groupBy(adopted, ({ kept }) => kept.folder);
  const shares = [...folders].map(([folder, some]) => {
    const kept = some.map((entry) => entry.kept);
    return { folder, arrivals: [], others: [...othersThan(kept, known.get(folder)), ...kept] };
  });
  const { unlisted } = await keepArrivals(shares, place);
  const failed = adopted.filter(({ kept }) => unlisted.has(kept.folder));
  return {
    listed: adopted.filter(({ kept }) => !unlisted.has(kept.folder)),
    failed: failed.map(({ arrival, kept }) => ({ file: arrival.file, error: unlisted.get(kept.folder) })),
  };
}
