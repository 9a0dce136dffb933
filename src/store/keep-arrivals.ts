import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { storePath, versionName } from '../domain/store-name.js';
import { Doubt, EXIT, messageOf, OrderbakError } from '../errors.js';
import type { Arrival, Keeping } from '../steps/ports.js';
import { sha256Of } from './digest.js';
import { renamePatiently } from './durable.js';
import { type FolderHandle, makeBelow, openRootHandle } from './folder-handle.js';
import type { Kept } from './office-store.js';
import { openRegular } from './regular-file.js';

/** An arrival in its place; `isNew` when nothing had that name before. */
interface Placed {
  readonly arrival: Arrival;
  readonly kept: Kept;
  readonly name: string;
  readonly isNew: boolean;
}

/** The arrivals of one order folder, which are made durable together. */
interface Room {
  readonly folder: FolderHandle;
  readonly placed: Placed[];
}

/**
 * Renames half files that are whole, verified and durable to their places, and makes the names durable.
 * What lies in a place already is never replaced by other bytes: for these a second name is found.
 */
export async function keepArrivals(
  store: string,
  arrivals: readonly Arrival[],
  mapped: boolean,
  partPath: (id: number) => string,
): Promise<Omit<Keeping, 'kept'> & { kept: { arrival: Arrival; kept: Kept }[] }> {
  const failed: { file: Arrival['file']; error: unknown }[] = [];
  const notes: string[] = [];
  const rooms = new Map<string, Room>();
  const root = await openRootHandle(store);
  try {
    for (const arrival of arrivals) {
      const { file, receipt } = arrival;
      const wanted = storePath(file.folder, file.filename, mapped);
      const path = wanted.slice(0, wanted.lastIndexOf('/'));
      const own = wanted.slice(path.length + 1);
      try {
        const room = rooms.get(path) ?? { folder: await makeBelow(root, path), placed: [] };
        rooms.set(path, room);
        const { name, isNew } = await place(room.folder, own, partPath(file.id), receipt.sha256);
        if (name !== own) {
          notes.push(`${path}/${own} holds other bytes already; both are kept, the new ones as ${name}`);
        }
        const { folder, filename, id: serverId } = file;
        const kept = { ...receipt, folder, filename, path: `${path}/${name}`, serverId };
        room.placed.push({ arrival, kept, name, isNew });
      } catch (error) {
        failed.push({ file, error });
      }
    }
    const kept: Placed[] = [];
    for (const room of rooms.values()) {
      const error = await syncOrTakeBack(room);
      if (error === null) kept.push(...room.placed);
      else for (const { arrival } of room.placed) failed.push({ file: arrival.file, error });
    }
    return { kept, failed, notes };
  } finally {
    for (const { folder } of rooms.values()) await folder.close();
    await root.close();
  }
}

async function place(
  folder: FolderHandle,
  own: string,
  part: string,
  sha256: string,
): Promise<{ name: string; isNew: boolean }> {
  for (const name of [own, versionName(own, sha256)]) {
    const path = join(folder.base, name);
    const there = await hashOf(path, name);
    if (there !== null && there !== sha256) continue;
    // Equal bytes are replaced too: of those in the part it is certain that they are on the disk.
    await renamePatiently(part, path);
    return { name, isNew: there === null };
  }
  throw new Doubt('two other files hold its names in the store already');
}

async function hashOf(path: string, name: string): Promise<string | null> {
  const there = await openRegular(path, name);
  if (there === null) return null;
  return sha256Of(there.handle).finally(() => there.handle.close());
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
