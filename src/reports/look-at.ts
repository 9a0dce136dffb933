import type { Glance, OrderStore } from '../steps/ports.js';

/** A file to look at; `folder` below the root, null when it cannot be told. */
interface Place {
  readonly id: number;
  readonly folder: string | null;
  readonly filename: string;
}

/** What these files are on disk now, by their ids; left out is what is no regular file inside its folder. */
export function lookAt(
  places: readonly Place[],
  store: Pick<OrderStore, 'lookAt'>,
): ReadonlyMap<number, Glance> {
  const byFolder = new Map<string, Place[]>();
  for (const place of places) {
    if (place.folder === null) continue;
    const some = byFolder.get(place.folder);
    if (some === undefined) byFolder.set(place.folder, [place]);
    else some.push(place);
  }
  const found = new Map<number, Glance>();
  for (const [folder, some] of byFolder) {
    const glances = store.lookAt(
      folder,
      some.map((place) => place.filename),
    );
    for (const { id, filename } of some) {
      const glance = glances.get(filename);
      if (glance !== undefined) found.set(id, glance);
    }
  }
  return found;
}
