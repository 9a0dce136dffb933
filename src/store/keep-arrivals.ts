import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { foldName } from '../domain/file-name.js';
import { groupBy } from '../domain/group-by.js';
import { storeFolder, storeName } from '../domain/store-name.js';
import { EXIT, messageOf, OrderbakError } from '../errors.js';
import type { Arrival, Keeping } from '../steps/ports/office.js';
import { type FolderHandle, openRootHandle } from './folder-handle.js';
import type { Kept } from './office-store.js';
import type { PlaceGiven, Placing } from './put-in-place.js';
import { errorOf } from './worker.js';

/** An arrival in its place. */
export interface PlacedFile {
  readonly arrival: Arrival;
  readonly kept: Kept;
}

/** `isNew` when nothing had that name before. */
interface Placed extends PlacedFile {
  readonly name: string;
  readonly isNew: boolean;
}

/** The arrivals of one order folder, which are made durable together. */
interface Room {
  readonly folder: FolderHandle;
  readonly placed: Placed[];
}

/** How the store names its files, and where it has the half ones. */
export interface KeepingPlace {
  readonly store: string;
  readonly mapped: boolean;
  partPath(id: number): string;
  /** Gives the half files of one folder, which is at `base`, their names. */
  put(base: string, placings: readonly Placing[]): Promise<readonly PlaceGiven[]>;
  /** Makes and opens a folder below the store's root, one at a time: what one call finds there, another has made durable. */
  makeFolder(root: FolderHandle, path: string): Promise<FolderHandle>;
}

/**
 * Renames half files that are whole, verified and durable to their places, and makes the names durable.
 * What lies in a place already is never replaced by other bytes: for these a second name is found.
 */
export async function keepArrivals(
  arrivals: readonly Arrival[],
  place: KeepingPlace,
): Promise<Omit<Keeping, 'kept'> & { readonly kept: readonly PlacedFile[] }> {
  const failed: { file: Arrival['file']; error: unknown }[] = [];
  const notes: string[] = [];
  const kept: Placed[] = [];
  const root = await openRootHandle(place.store);

  const keepInFolder = async (path: string, some: readonly Arrival[]) => {
    let opened: FolderHandle;
    try {
      opened = await place.makeFolder(root, path);
    } catch (error) {
      failed.push(...some.map(({ file }) => ({ file, error })));
      return;
    }
    const room: Room = { folder: opened, placed: [] };
    try {
      const given = await place.put(
        room.folder.base,
        some.map(({ file, receipt }) => ({
          part: place.partPath(file.id),
          own: storeName(file.filename, place.mapped),
          sha256: receipt.sha256,
        })),
      );
      for (const [i, arrival] of some.entries()) {
        const got = given[i];
        if (got === undefined) continue;
        if ('fault' in got) failed.push({ file: arrival.file, error: errorOf(got.fault) });
        else room.placed.push({ ...got, arrival, kept: keptOf(arrival, `${path}/${got.name}`) });
      }
      for (const { arrival, name } of room.placed) {
        const own = storeName(arrival.file.filename, place.mapped);
        if (name !== own)
          notes.push(`${path}/${own} holds other bytes already; both are kept, the new ones as ${name}`);
      }
      const error = await syncOrTakeBack(room);
      if (error === null) kept.push(...room.placed);
      else for (const { arrival } of room.placed) failed.push({ file: arrival.file, error });
    } finally {
      await room.folder.close();
    }
  };

  try {
    // Folders whose names some file system takes for one are one here: their files go one after the other too.
    const groups = groupBy(arrivals, ({ file }) => foldName(file.folder));
    await Promise.all(
      [...groups.values()].map(async (group) => {
        for (const [folder, some] of groupBy(group, ({ file }) => file.folder)) {
          await keepInFolder(storeFolder(folder, place.mapped), some);
        }
      }),
    );
    return { kept, failed, notes };
  } finally {
    await root.close();
  }
}

function keptOf({ file, receipt }: Arrival, path: string): Kept {
  const { folder, filename, id: serverId } = file;
  return { ...receipt, folder, filename, path, serverId };
}

/**
 * Makes a folder's new names durable. After a failed fsync a second one would say nothing: the names are taken back,
 * so that the next run fetches the files again, and the error is answered.
 */
async function syncOrTakeBack({ folder, placed }: Room): Promise<OrderbakError | null> {
  try {
    await folder.sync();
    return null;
  } catch (error) {
    for (const { name, isNew } of placed) if (isNew) await rm(join(folder.base, name), { force: true });
    const message = `the store could not make the folder durable: ${messageOf(error)}`;
    return new OrderbakError(EXIT.failed, 'fsync', message, undefined, error);
  }
}
