import { rm, stat, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pLimit from 'p-limit';
import type { Clock } from '../domain/clock.js';
import { foldName } from '../domain/file-name.js';
import { groupBy } from '../domain/group-by.js';
import type { Receipt } from '../domain/order.js';
import { sameReceipt } from '../domain/removal.js';
import { whyNoPlace } from '../domain/store-name.js';
import type { ListedFile } from '../domain/wire.js';
import { codeOf, EXIT, OrderbakError } from '../errors.js';
import type { Keeping, KeptClaim, OfficeStore } from '../steps/ports/office.js';
import { makeBelow } from './folder-handle.js';
import type { HalfFiles } from './half-files.js';
import { type KeepingPlace, keepArrivals, type PlacedFile } from './keep-arrivals.js';
import { receiptOf } from './kept-file.js';
import { Locks } from './locks.js';
import { lookInStore } from './look-in-store.js';
import { OWN_FOLDER, storeAway } from './own-folder.js';
import { openPart } from './part-file.js';
import type { PartSkills } from './part-skills.js';
import { writeSums } from './sums.js';
import type { PoolWorker } from './worker-pool.js';

/** One file of the store as the catalog knows it; `path` is below the store. */
export interface Kept extends Receipt {
  readonly folder: string;
  readonly filename: string;
  readonly path: string;
  readonly serverId: number;
}

/** What is in the store: a SQLite file inside it. */
export interface Catalog {
  /** What these order folders hold, the oldest first. */
  inFolders(folders: readonly string[]): Promise<Kept[]>;
  /** Enters files that are kept, and forgets their half ones. */
  add(kept: readonly Kept[], keptMs: number): Promise<void>;
  marked(serverIds: readonly number[], markedMs: number): Promise<void>;
  /** See `OfficeStore.unmarked`. */
  unmarked(after: number, limit: number): Promise<KeptClaim[]>;
  /** The validator of the half file that a broken transfer left; undefined when there is none. */
  partEtag(serverId: number): Promise<string | undefined>;
  setPart(serverId: number, etag: string): Promise<void>;
  dropParts(serverIds: readonly number[]): Promise<void>;
}

/** The office's copy of the shop's files below `store`, which `prepareStore` has prepared. */
export async function openOfficeStore(
  store: string,
  catalog: Catalog,
  clock: Clock,
  halves: HalfFiles,
  workers: { take(): PoolWorker<PartSkills> },
): Promise<OfficeStore> {
  const mapped = await needsMapping(store);
  const locks = new Locks();
  const oneAtATime = pLimit(1);
  const placeOf = (run: number): KeepingPlace => ({
    store,
    mapped,
    partPath: (id) => halves.path(id, run),
    put: (base, placings) => workers.take().ask('place', [base, placings]),
    makeFolder: (root, path) => oneAtATime(() => makeBelow(root, path)),
  });
  /** Two files may have one place in the store, and two parcels one list of hashes. */
  const inFolders = <T>(files: readonly ListedFile[], work: () => Promise<T>): Promise<T> =>
    locks.holding([...new Set(files.map(({ folder }) => foldName(folder)))], work);
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
      return { free: bavail * bsize + (await halves.size()), total: blocks * bsize };
    },

    async sweep() {
      await catalog.dropParts(await halves.sweep(clock()));
    },

    whyNoPlace: ({ folder, filename }) => whyNoPlace(folder, filename, mapped),

    async held(files, run) {
      const { held, adopted, failed } = await lookInStore(files, store, mapped, catalog);
      if (adopted.length === 0) return { held, failed };
      const entered = await inFolders(files, () => enter(adopted, run));
      return { held: [...held, ...entered.kept], failed: [...failed, ...entered.failed] };
    },

    part: (file, run) => openPart(file.id, run, halves, catalog, workers.take()),

    async keep(arrivals, run) {
      if (arrivals.length === 0) return { kept: [], failed: [], notes: [] };
      const files = arrivals.map(({ file }) => file);
      return inFolders(files, async () => {
        const placed = await keepArrivals(arrivals, placeOf(run));
        const entered = await enter(placed.kept, run);
        return {
          kept: entered.kept,
          failed: [...placed.failed, ...entered.failed],
          notes: placed.notes,
        };
      });
    },

    unmarked: (after, limit) => catalog.unmarked(after, limit),

    async sound(claims) {
      const sound: KeptClaim[] = [];
      for (const claim of claims) {
        // Of what cannot be looked at, nothing is said.
        const receipt = await receiptOf(store, claim.path).catch(() => null);
        if (receipt !== null && sameReceipt(receipt, claim)) sound.push(claim);
      }
      return sound;
    },

    async marked(ids) {
      await catalog.marked(ids, clock());
      // Of a file that the store turned out to hold, nobody comes back to the half one.
      await catalog.dropParts(await halves.drop(ids));
    },
  };

  /**
   * Writes the lists of hashes, and enters the files in the catalog. That comes last: what it does not know is looked at
   * again, and then its folder's list is written again.
   */
  async function enter(entries: readonly PlacedFile[], run: number): Promise<Omit<Keeping, 'notes'>> {
    const folders = groupBy(entries, ({ kept }) => kept.folder);
    const known = groupBy(await catalog.inFolders([...folders.keys()]), ({ folder }) => folder);
    const listed: PlacedFile[] = [];
    const failed: Keeping['failed'][number][] = [];
    await Promise.all(
      [...folders].map(async ([folder, some]) => {
        try {
          const kept = some.map((entry) => entry.kept);
          const temporary = halves.sumsPath(Math.min(...kept.map((entry) => entry.serverId)), run);
          await writeSums(store, withNew(known.get(folder) ?? [], kept), temporary);
          listed.push(...some);
        } catch (error) {
          failed.push(...some.map(({ arrival: { file } }) => ({ file, error })));
        }
      }),
    );
    try {
      await catalog.add(
        listed.map(({ kept }) => kept),
        clock(),
      );
      return { kept: listed.map(({ arrival }) => arrival), failed };
    } catch (error) {
      if (error instanceof OrderbakError && error.exit === EXIT.away) throw error;
      return { kept: [], failed: [...failed, ...listed.map(({ arrival: { file } }) => ({ file, error }))] };
    }
  }
}

/** A folder's entries of the catalog as they are once `kept` is in it. */
function withNew(known: readonly Kept[], kept: readonly Kept[]): Kept[] {
  const isNew = ({ filename, sha256 }: Kept) =>
    kept.some((entry) => entry.filename === filename && entry.sha256 === sha256);
  return [...known.filter((entry) => !isNew(entry)), ...kept];
}

/** Whether the store's file system refuses names that others hold: Windows' own, and its file systems elsewhere. */
async function needsMapping(store: string): Promise<boolean> {
  if (process.platform === 'win32') return true;
  // Always the same name, so that what a killed run leaves goes with the next one.
  const probe = join(store, OWN_FOLDER, 'name?probe');
  try {
    await writeFile(probe, '');
    await rm(probe, { force: true });
    return false;
  } catch (error) {
    if (codeOf(error) === 'EINVAL' || codeOf(error) === 'ENOENT') return true;
    throw storeAway(store, error);
  }
}
