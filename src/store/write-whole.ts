import { createHash } from 'node:crypto';
import { closeSync, fsync, openSync, rmSync, writeSync } from 'node:fs';
import { promisify } from 'node:util';

// Not on this thread: while one waits for the disk, the next is hashed, and several share a commit of the disk's journal.
const sync = promisify(fsync);

/** Writes a whole file as `writeSynced` does. Answers its SHA-256 in hex; throws when it is not the one that it must have. */
export function writeWhole(path: string, bytes: Uint8Array, sha256: string): Promise<string> {
  if (createHash('sha256').update(bytes).digest('hex') !== sha256)
    throw new Error('what arrived is not what the server says it sent');
  return writeSynced(path, bytes).then(() => sha256);
}

/**
 * Writes a whole file and makes it durable; only the waiting for the disk is left to the promise, so that the memory of
 * `bytes` is free again when it is there. Throws, or rejects, with the system's words. After a failed fsync the system may
 * hold the pages for clean: the file is gone.
 */
export function writeSynced(path: string, bytes: Uint8Array): Promise<void> {
  return syncAndClose(writeFile(path, bytes), path);
}

function writeFile(path: string, bytes: Uint8Array): number {
  const fd = openSync(path, 'w', 0o644);
  try {
    writeAll(fd, bytes, 0);
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

async function syncAndClose(fd: number, path: string): Promise<void> {
  try {
    await sync(fd);
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  } finally {
    closeSync(fd);
  }
}

/** Writes all of the bytes at a position, also where the system takes them in several pieces. */
export function writeAll(fd: number, bytes: Uint8Array, position: number): void {
  for (let written = 0; written < bytes.byteLength; ) {
    written += writeSync(fd, bytes, written, bytes.byteLength - written, position + written);
  }
}
