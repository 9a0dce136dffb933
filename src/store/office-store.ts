import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import pLimit from 'p-limit';
import type { Clock } from '../domain/clock.js';
import { foldName } from '../domain/file-name.js';
import { groupBy } from '../domain/group-by.js';
import { sameReceipt } from '../domain/removal.js';
import { whyNoPlace } from '../domain/store-name.js';
import type { ListedFile } from '../domain/wire.js';
import { isAway } from '../errors.js';
import type { Keeping, KeptClaim, OfficeStore } from '../steps/ports/office.js';
import type { Catalog, Kept } from './catalog.js';
import { findInStore } from './find-in-store.js';
import { openHalfFile } from './half-file.js';
import type { HalfFileSkills } from './half-file-skills.js';
import type { HalfFiles } from './half-files.js';
import { type KeepingPlace, keepArrivals, othersThan, type PlacedFile } from './keep-arrivals.js';
import { receiptOf } from './kept-file.js';
import { listAdopted } from './list-adopted.js';
import { Locks } from './locks.js';
import { makeAllBelow } from './make-folder.js';
import { needsMapping } from './needs-mapping.js';
import { OWN_FOLDER, storeAway } from './own-folder.js';
import { roomOf } from './probe.js';
import type { PoolWorker } from './worker-pool.js';

/** What the store in the office is made of. */
export interface OfficeStoreParts {
  /** Its folder, which `prepareStore` has prepared. */
  readonly store: string;
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly halves: HalfFiles;
  readonly workers: { take(): PoolWorker<HalfFileSkills> };
}

/** The office's copy of the shop's files. */
export async function openOfficeStore(parts: OfficeStoreParts): Promise<OfficeStore> {
  const { store, catalog, clock, halves, workers } = parts;
  const mapped = await needsMapping(store);
  const locks = new Locks();
  const oneAtATime = pLimit(1);
  const placeOf = (run: number): KeepingPlace => ({
    store,
    mapped,
    halfPath: (id) => halves.path(id, run),
    sumsPath: ({ arrivals, others }) => {
      const ids =
        arrivals.length > 0 ? arrivals.map(({ file }) => file.id) : others.map((kept) => kept.serverId);
      return halves.sumsPath(Math.min(...ids), run);
    },
    fill: (fillings) => workers.take().ask('fill', [fillings]),
    makeFolders: (root, paths) => oneAtATime(() => makeAllBelow(root, paths)),
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
      const room = await roomOf(store);
      return room && { ...room, free: room.free + (await halves.size()) };
    },

    async heldBytes(files) {
      const known = await knownIn(files.map(({ folder }) => folder));
      const isHeld = ({ folder, filename, size }: ListedFile) =>
        known.get(folder)?.some((kept) => kept.filename === filename && kept.size === size);
      return files.filter(isHeld).reduce((sum, { size }) => sum + (size ?? 0), 0);
    },

    isEmpty: () => catalog.isEmpty(),

    async sweep() {
      await catalog.dropHalves(await halves.sweep(clock()));
    },

    whyNoPlace: ({ folder, filename }) => whyNoPlace(folder, filename, mapped),

    async find(files, run) {
      const { found, adopted, failed } = await findInStore(files, { store, mapped, catalog });
      if (adopted.length === 0) return { found, failed };
      return inFolders(files, async () => {
        const { listed, failed: unlisted } = await listAdopted(
          adopted,
          await knownIn(adopted.map(({ kept }) => kept.folder)),
          placeOf(run),
        );
        const entered = await enter(listed);
        return { found: [...found, ...entered.kept], failed: [...failed, ...unlisted, ...entered.failed] };
      });
    },

    halfFile: (file, run) => openHalfFile(file.id, run, { halves, catalog, worker: workers.take() }),

    async keep(arrivals, run) {
      if (arrivals.length === 0) return { kept: [], failed: [], notes: [] };
      const files = arrivals.map(({ file }) => file);
      return inFolders(files, async () => {
        const known = await knownIn(files.map(({ folder }) => folder));
        const shares = [...groupBy(arrivals, ({ file }) => file.folder)].map(([folder, some]) => {
          const fresh = some.map(({ file, receipt }) => ({ ...receipt, filename: file.filename }));
          return { folder, arrivals: some, others: othersThan(fresh, known.get(folder)) };
        });
        const placed = await keepArrivals(shares, placeOf(run));
        const entered = await enter(placed.kept);
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
      await catalog.dropHalves(await halves.drop(ids));
    },
  };

  /** What the catalog has of these folders, by folder. */
  async function knownIn(folders: readonly string[]): Promise<Map<string, Kept[]>> {
    return groupBy(await catalog.inFolders([...new Set(folders)]), ({ folder }) => folder);
  }

  /** Enters files in the catalog. That comes last: what it does not know is looked at again, and its folder's list written again. */
  async function enter(entries: readonly PlacedFile[]): Promise<Omit<Keeping, 'notes'>> {
    try {
      await catalog.add(
        entries.map(({ kept }) => kept),
        clock(),
      );
      return { kept: entries.map(({ arrival }) => arrival), failed: [] };
    } catch (error) {
      if (isAway(error)) throw error;
      return { kept: [], failed: entries.map(({ arrival: { file } }) => ({ file, error })) };
    }
  }
}
