import pLimit from 'p-limit';
import { Doubt } from '../errors.js';
import type { OrderStore, Stamp } from '../steps/ports.js';

const FOLDERS_AT_ONCE = 8;

/** A file to look at; `folder` below the root, null when it cannot be told. */
interface Place {
  readonly id: number;
  readonly folder: string | null;
  readonly filename: string;
}

/** What these files are on disk now, by their ids; left out is what is no regular file inside its folder. */
export async function lookAt(places: readonly Place[], store: OrderStore): Promise<Map<number, Stamp>> {
  const byFolder = new Map<string, Place[]>();
  for (const place of places) {
    if (place.folder !== null) byFolder.set(place.folder, [...(byFolder.get(place.folder) ?? []), place]);
  }
  const stamps = new Map<number, Stamp>();
  const limited = pLimit(FOLDERS_AT_ONCE);
  await Promise.all(
    [...byFolder].map(([folder, some]) => limited(() => lookInto(store, folder, some, stamps))),
  );
  return stamps;
}

async function lookInto(
  store: OrderStore,
  path: string,
  places: readonly Place[],
  stamps: Map<number, Stamp>,
): Promise<void> {
  try {
    const folder = await store.openFolder(path);
    if (folder === null) return;
    try {
      for (const { id, filename } of places) {
        const stamp = await folder.look(filename).catch(doubtIsAbsence);
        if (stamp !== null) stamps.set(id, stamp);
      }
    } finally {
      await folder.close();
    }
  } catch (error) {
    doubtIsAbsence(error);
  }
}

function doubtIsAbsence(error: unknown): null {
  if (error instanceof Doubt) return null;
  throw error;
}
