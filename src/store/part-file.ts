import { createHash, type Hash } from 'node:crypto';
import { constants, type FileHandle, open, rm } from 'node:fs/promises';
import { EXIT, messageOf, OrderbakError } from '../errors.js';
import type { PartFile } from '../steps/ports.js';
import type { Catalog } from './office-store.js';

const BLOCK = 1024 * 1024;

/** Opens the half file of a row, with what an earlier transfer left in it, if the catalog knows of which bytes it is the half. */
export async function openPart(path: string, serverId: number, catalog: Catalog): Promise<PartFile> {
  const known = await catalog.partEtag(serverId);
  const file = await open(path, constants.O_RDWR | constants.O_CREAT, 0o644);
  if (known === undefined) await file.truncate(0);
  let { hash, size } = known === undefined ? { hash: createHash('sha256'), size: 0 } : await hashAll(file);
  let etag = known ?? null;
  let isOpen = true;
  const close = async () => {
    if (!isOpen) return;
    isOpen = false;
    await file.close();
  };
  const discard = async () => {
    await close();
    await rm(path, { force: true });
    await catalog.dropParts([serverId]);
  };
  return {
    get size() {
      return size;
    },
    get etag() {
      return etag;
    },
    async append(chunk) {
      await writeAll(file, chunk, size);
      hash.update(chunk);
      size += chunk.byteLength;
    },
    async restart(newEtag) {
      await file.truncate(0);
      hash = createHash('sha256');
      size = 0;
      if (newEtag !== null) await catalog.setPart(serverId, newEtag);
      else if (etag !== null) await catalog.dropParts([serverId]);
      etag = newEtag;
    },
    async finish() {
      try {
        await file.sync();
      } catch (error) {
        // After a failed fsync the system may hold the pages for clean: these bytes are never trusted again.
        await discard();
        const message = `the store could not make the file durable: ${messageOf(error)}`;
        throw new OrderbakError(EXIT.failed, 'fsync', message, undefined, error);
      }
      return { size, sha256: hash.copy().digest('hex') };
    },
    discard,
    close,
  };
}

async function writeAll(file: FileHandle, chunk: Uint8Array, position: number): Promise<void> {
  for (let written = 0; written < chunk.byteLength; ) {
    const { bytesWritten } = await file.write(chunk, written, chunk.byteLength - written, position + written);
    written += bytesWritten;
  }
}

async function hashAll(file: FileHandle): Promise<{ hash: Hash; size: number }> {
  const hash = createHash('sha256');
  const block = Buffer.allocUnsafe(BLOCK);
  for (let size = 0; ; ) {
    const { bytesRead } = await file.read(block, 0, BLOCK, size);
    if (bytesRead === 0) return { hash, size };
    hash.update(block.subarray(0, bytesRead));
    size += bytesRead;
  }
}
