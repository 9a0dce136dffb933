import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { storeFolder, storeName } from '../domain/store-name.js';
import { EXIT, messageOf, OrderbakError } from '../errors.js';
import type { Arrival, Keeping } from '../steps/ports/office.js';
import type { Kept } from './catalog.js';
import type { Filled, Filling } from './fill-folders.js';
import { type FolderHandle, openRootHandle } from './folder-handle.js';
import type { MadeFolders } from './make-folder.js';
import { errorOf } from './worker.js';

/** An arrival in its place. */
export interface PlacedFile {
  readonly arrival: Arrival;
  readonly kept: Kept;
}

/** What arrives in an order folder, and what lies there already and stays. */
export interface Share {
  readonly folder: string;
  readonly arrivals: readonly Arrival[];
  readonly others: readonly Kept[];
}

/** What became of shares; `unlisted` = folders whose list of hashes could not be written, and why. */
export interface Placed extends Omit<Keeping, 'kept'> {
  readonly kept: readonly PlacedFile[];
  readonly unlisted: ReadonlyMap<string, unknown>;
}

/** How the store names its files, and where it has the half ones. */
export interface KeepingPlace {
  readonly store: string;
  readonly mapped: boolean;
  halfPath(id: number): string;
  /** Where the list of hashes of a folder is written first. */
  sumsPath(share: Share): string;
  fill(fillings: readonly Filling[]): Promise<readonly Filled[]>;
  /** Makes and opens folders below the store's root, one call at a time: what one finds there, another has made durable. */
  makeFolders(root: FolderHandle, paths: readonly string[]): Promise<MadeFolders>;
}

/**
 * Renames half files that are whole, verified and durable to their places, writes the folders' lists of hashes, and makes
 * all these names durable. What lies in a place already is never replaced by other bytes: for these a second name is found.
 */
export async function keepArrivals(shares: readonly Share[], place: KeepingPlace): Promise<Placed> {
  const { mapped } = place;
  const failed: { file: Arrival['file']; error: unknown }[] = [];
  const notes: string[] = [];
  const kept: PlacedFile[] = [];
  const unlisted = new Map<string, unknown>();
  const fail = ({ folder, arrivals }: Share, error: unknown) => {
    failed.push(...arrivals.map(({ file }) => ({ file, error })));
    unlisted.set(folder, error);
  };

  const settle = async (share: Share, folder: FolderHandle, { given, fault }: Filled) => {
    const path = storeFolder(share.folder, mapped);
    const placed: PlacedFile[] = [];
    const fresh: string[] = [];
    for (const [i, arrival] of share.arrivals.entries()) {
      const { file } = arrival;
      const got = given[i];
      if (got === undefined) continue;
      if ('fault' in got) {
        failed.push({ file, error: errorOf(got.fault) });
        continue;
      }
      placed.push({ arrival, kept: keptOf(arrival, `${path}/${got.name}`) });
      if (got.isNew) fresh.push(got.name);
      const own = storeName(file.filename, mapped);
      if (got.name !== own)
        notes.push(`${path}/${own} holds other bytes already; both are kept, the new ones as ${got.name}`);
    }
    const error = (await syncOrTakeBack(folder, fresh)) ?? (fault === null ? null : errorOf(fault));
    if (error === null) kept.push(...placed);
    else fail({ ...share, arrivals: placed.map(({ arrival }) => arrival) }, error);
  };

  const root = openRootHandle(place.store);
  let made: MadeFolders | null = null;
  try {
    const pathOf = ({ folder }: Share) => storeFolder(folder, mapped);
    made = await place.makeFolders(root, shares.map(pathOf));
    const open: { readonly share: Share; readonly folder: FolderHandle }[] = [];
    for (const share of shares) {
      const folder = made.folders.get(pathOf(share));
      if (folder === undefined) fail(share, made.failed.get(pathOf(share)));
      else open.push({ share, folder });
    }
    const filled = await place.fill(open.map(({ share, folder }) => fillingOf(share, folder.base, place)));
    await Promise.all(
      filled.map((result, i) => {
        const some = open[i];
        return some === undefined ? undefined : settle(some.share, some.folder, result);
      }),
    );
    return { kept, failed, notes, unlisted };
  } finally {
    for (const folder of made?.folders.values() ?? []) folder.close();
    root.close();
  }
}

function fillingOf(share: Share, base: string, place: KeepingPlace): Filling {
  return {
    base,
    placings: share.arrivals.map(({ file, receipt }) => ({
      half: place.halfPath(file.id),
      own: storeName(file.filename, place.mapped),
      sha256: receipt.sha256,
    })),
    others: new Map(share.others.map(({ path, sha256 }) => [path.slice(path.lastIndexOf('/') + 1), sha256])),
    temporary: place.sumsPath(share),
  };
}

function keptOf({ file, receipt }: Arrival, path: string): Kept {
  const { folder, filename, id: serverId } = file;
  return { ...receipt, folder, filename, path, serverId };
}

/**
 * Makes a folder's new names durable. After a failed fsync a second one would say nothing: the names are taken back,
 * so that the next run fetches the files again, and the error is answered.
 */
async function syncOrTakeBack(folder: FolderHandle, fresh: readonly string[]): Promise<OrderbakError | null> {
  try {
    await folder.sync();
    return null;
  } catch (error) {
    // What cannot be taken back must not end this early: other folders are at work, and would be closed under their hands.
    await Promise.allSettled(fresh.map((name) => rm(join(folder.base, name), { force: true })));
    const message = `the store could not make the folder durable: ${messageOf(error)}`;
    return new OrderbakError(EXIT.failed, 'fsync', message, undefined, error);
  }
}

/** A folder's entries of the catalog but for those of the same bytes under the same name, which `fresh` replace. */
export function othersThan(
  fresh: readonly Pick<Kept, 'filename' | 'sha256'>[],
  known: readonly Kept[] = [],
): readonly Kept[] {
  const keyOf = ({ filename, sha256 }: Pick<Kept, 'filename' | 'sha256'>) => `${sha256} ${filename}`;
  const keys = new Set(fresh.map(keyOf));
  return known.filter((entry) => !keys.has(keyOf(entry)));
}
