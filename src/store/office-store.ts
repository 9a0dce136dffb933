import { mkdir, readdir, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pLimit from 'p-limit';
import type { Clock } from '../domain/clock.js';
import type { Receipt } from '../domain/order.js';
import { storePath, whyNoPlace } from '../domain/store-name.js';
import type { ListedFile } from '../domain/wire.js';
import { codeOf, EXIT, messageOf, OrderbakError } from '../errors.js';
import type { Arrival, OfficeStore } from '../steps/ports.js';
import { keepArrivals } from './keep-arrivals.js';
import { receiptOf } from './kept-file.js';
import { openPart } from './part-file.js';
import { writeSums } from './sums.js';

/** The folder of the store that belongs to orderbak: catalog and half files. */
export const OWN_FOLDER = '.orderbak';

/** One file of the store as the catalog knows it; `path` is below the store. */
export interface Kept extends Receipt {
  readonly folder: string;
  readonly filename: string;
  readonly path: string;
  readonly serverId: number;
}

/** What is in the store: a SQLite file inside it. */
export interface Catalog {
  find(folder: string, filename: string): Promise<Kept[]>;
  inFolder(folder: string): Promise<Kept[]>;
  add(kept: readonly Kept[], keptMs: number): Promise<void>;
  marked(serverIds: readonly number[], markedMs: number): Promise<void>;
  /** The validator of the half file that a broken transfer left; undefined when there is none. */
  partEtag(serverId: number): Promise<string | undefined>;
  setPart(serverId: number, etag: string): Promise<void>;
  dropParts(serverIds: readonly number[]): Promise<void>;
}

/**
 * Makes the store's own folder. The store itself is made only if the folder that holds it is there: a disk that is
 * not mounted is not to be filled. Throws with exit 75.
 */
export async function prepareStore(store: string): Promise<void> {
  try {
    await mkdir(store).catch((error: unknown) => {
      if (codeOf(error) !== 'EEXIST') throw error;
    });
    await mkdir(join(store, OWN_FOLDER, 'part'), { recursive: true });
  } catch (error) {
    throw storeAway(store, error);
  }
}

/** The office's copy of the shop's files below `store`, which `prepareStore` has prepared. */
export async function openOfficeStore(store: string, catalog: Catalog, clock: Clock): Promise<OfficeStore> {
  const mapped = await needsMapping(store);
  // Two files may have one place in the store, and two parcels one list of hashes.
  const oneAtATime = pLimit(1);
  const partFolder = join(store, OWN_FOLDER, 'part');
  const partPath = (id: number) => join(partFolder, `${id}.part`);
  return {
    async ready() {
      try {
        await stat(join(store, OWN_FOLDER));
      } catch (error) {
        throw storeAway(store, error);
      }
    },

    async room() {
      const { bavail, blocks, bsize } = await statfs(store);
      return { free: bavail * bsize + (await sizeOfFiles(partFolder)), total: blocks * bsize };
    },

    whyNoPlace: ({ folder, filename }) => whyNoPlace(folder, filename, mapped),

    async held(file) {
      const known = (await catalog.find(file.folder, file.filename)).filter(
        (kept) => kept.size === file.size,
      );
      for (const kept of known.reverse()) {
        const receipt = await receiptOf(store, kept.path);
        if (receipt?.sha256 === kept.sha256) return receipt;
      }
      return known.length === 0 ? oneAtATime(() => adopt(file)) : null;
    },

    part: (file) => openPart(partPath(file.id), file.id, catalog),

    keep: (arrivals) =>
      oneAtATime(async () => {
        if (arrivals.length === 0) return { kept: [], failed: [], notes: [] };
        const placed = await keepArrivals(store, arrivals, mapped, partPath);
        const kept: Arrival[] = [];
        const failed = [...placed.failed];
        for (const folder of new Set(placed.kept.map((entry) => entry.kept.folder))) {
          const some = placed.kept.filter((entry) => entry.kept.folder === folder);
          try {
            await enter(
              folder,
              some.map((entry) => entry.kept),
            );
            kept.push(...some.map(({ arrival }) => arrival));
          } catch (error) {
            if (error instanceof OrderbakError && error.exit === EXIT.away) throw error;
            failed.push(...some.map(({ arrival: { file } }) => ({ file, error })));
          }
        }
        return { kept, failed, notes: placed.notes };
      }),

    marked: (ids) => catalog.marked(ids, clock()),
  };

  /** The catalog comes last: what it does not know is looked at again, and then its folder's list of hashes is written again. */
  async function enter(folder: string, kept: readonly Kept[]): Promise<void> {
    const entries = withNew(await catalog.inFolder(folder), kept);
    await writeSums(store, entries, join(store, OWN_FOLDER, 'sums.tmp'));
    await catalog.add(kept, clock());
    await catalog.dropParts(kept.map((entry) => entry.serverId));
  }

  /** A file that lies in its place without being in the catalog: a run was killed between the two. */
  async function adopt(file: ListedFile): Promise<Receipt | null> {
    const path = storePath(file.folder, file.filename, mapped);
    const receipt = await receiptOf(store, path);
    if (receipt === null || receipt.size !== file.size) return null;
    const { folder, filename, id: serverId } = file;
    await enter(folder, [{ ...receipt, folder, filename, path, serverId }]);
    return receipt;
  }
}

/** A folder's entries of the catalog as they are once `kept` is in it. */
function withNew(known: readonly Kept[], kept: readonly Kept[]): Kept[] {
  const isNew = ({ filename, sha256 }: Kept) =>
    kept.some((entry) => entry.filename === filename && entry.sha256 === sha256);
  return [...known.filter((entry) => !isNew(entry)), ...kept];
}

/** What half files hold already needs no more room. */
async function sizeOfFiles(folder: string): Promise<number> {
  let bytes = 0;
  for (const name of await readdir(folder)) bytes += (await stat(join(folder, name))).size;
  return bytes;
}

/** Whether the store's file system refuses names that others hold: Windows' own, and its file systems elsewhere. */
async function needsMapping(store: string): Promise<boolean> {
  if (process.platform === 'win32') return true;
  const probe = join(store, OWN_FOLDER, `name?probe-${process.pid}`);
  try {
    await writeFile(probe, '');
    await rm(probe);
    return false;
  } catch (error) {
    if (codeOf(error) === 'EINVAL' || codeOf(error) === 'ENOENT') return true;
    throw storeAway(store, error);
  }
}

function storeAway(store: string, error: unknown): OrderbakError {
  const hint = 'Mount its disk, or correct [pull] store. What the store holds is not touched.';
  return new OrderbakError(
    EXIT.away,
    'store-away',
    `the store ${store} cannot be used: ${messageOf(error)}`,
    hint,
    error,
  );
}
