import { rm } from 'node:fs/promises';
import { EXIT, messageOf, OrderbakError } from '../errors.js';
import type { HalfFile } from '../steps/ports/office.js';
import type { Catalog } from './catalog.js';
import type { HalfFileSkills } from './half-file-skills.js';
import type { HalfFiles } from './half-files.js';
import type { PoolWorker } from './worker-pool.js';

const BLOCK = 256 * 1024;

/** Where half files lie, what is known of them, and the thread that writes this one. */
interface HalfFilePlace {
  readonly halves: HalfFiles;
  readonly catalog: Catalog;
  readonly worker: PoolWorker<HalfFileSkills>;
}

/**
 * Opens the half file of a row, with what an earlier transfer left in it, if the catalog knows of which bytes it is the half.
 * A worker thread hashes and writes one block while the next one arrives.
 */
export async function openHalfFile(serverId: number, run: number, place: HalfFilePlace): Promise<HalfFile> {
  // From now on: the next ones are opened before this one is.
  const letGo = place.worker.hold();
  try {
    return await openHeld(serverId, run, place, letGo);
  } catch (error) {
    letGo();
    throw error;
  }
}

/** `letGo` is called when the file is closed. */
async function openHeld(
  serverId: number,
  run: number,
  { halves, catalog, worker }: HalfFilePlace,
  letGo: () => void,
): Promise<HalfFile> {
  let etag = (await catalog.halfEtag(serverId)) ?? null;
  if (etag !== null) await halves.takeOver(serverId, run);
  const path = halves.path(serverId, run);
  let size = await worker.ask('open', [path, etag !== null]);
  let block: Uint8Array = Buffer.allocUnsafeSlow(BLOCK);
  let filled = 0;
  /** The block that is on its way to the disk, and whose memory comes back. */
  let writing: Promise<Uint8Array | null> = Promise.resolve(null);
  let isOpen = true;

  /** Hands the block over once the one before it is written; a fault of that one is thrown. */
  const hand = async () => {
    const written = await writing;
    if (filled === 0) return;
    const bytes = block.subarray(0, filled);
    writing = worker.ask('append', [path, bytes], [bytes.buffer as ArrayBuffer]);
    // It is thrown to who comes next.
    writing.catch(() => {});
    block = written === null ? Buffer.allocUnsafeSlow(BLOCK) : new Uint8Array(written.buffer);
    filled = 0;
  };
  const close = async () => {
    if (!isOpen) return;
    isOpen = false;
    await hand()
      .then(() => writing)
      .catch(() => {});
    await worker.ask('close', [path]).finally(letGo);
  };
  const discard = async () => {
    filled = 0;
    await close();
    // First: what cannot be removed, the next run must not go on with.
    await catalog.dropHalves([serverId]);
    await rm(path, { force: true });
  };
  return {
    get size() {
      return size;
    },
    get etag() {
      return etag;
    },
    async append(chunk) {
      for (let taken = 0; taken < chunk.byteLength; ) {
        const some = chunk.subarray(taken, taken + BLOCK - filled);
        block.set(some, filled);
        filled += some.byteLength;
        taken += some.byteLength;
        if (filled === BLOCK) await hand();
      }
      size += chunk.byteLength;
    },
    async restart(newEtag) {
      filled = 0;
      await writing.catch(() => {});
      writing = Promise.resolve(null);
      await worker.ask('restart', [path]);
      size = 0;
      if (newEtag !== null) await catalog.setHalf(serverId, newEtag);
      else if (etag !== null) await catalog.dropHalves([serverId]);
      etag = newEtag;
    },
    async finish() {
      await hand();
      await writing;
      try {
        return { size, sha256: await worker.ask('finish', [path]) };
      } catch (error) {
        // After a failed fsync the system may hold the pages for clean: these bytes are never trusted again.
        await discard();
        const message = `the store could not make the file durable: ${messageOf(error)}`;
        throw new OrderbakError(EXIT.failed, 'fsync', message, undefined, error);
      }
    },
    discard,
    close,
  };
}
