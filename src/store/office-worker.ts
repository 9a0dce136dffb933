// The program of a thread that hashes and writes what arrives in the office.
import { createHash, type Hash } from 'node:crypto';
import { closeSync, constants, fsync, ftruncateSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import { type Fault, faultOf, work } from './worker.js';

const BLOCK = 1024 * 1024;

/** A whole file in memory, the SHA-256 in hex that it must have, and the path of the half file that it goes into. */
export interface WholeFile {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly sha256: string;
}

/** A half file that is being written. */
interface OpenPart {
  readonly fd: number;
  hash: Hash;
  size: number;
}

// Not on this thread: while one waits for the disk, the next is hashed, and several share a commit of the disk's journal.
const sync = promisify(fsync);
const parts = new Map<string, OpenPart>();

const skills = {
  /**
   * Writes files and makes them durable; answers for each null, or why it is not: its bytes are others than they must be,
   * or the system's words. After a failed fsync the system may hold the pages for clean: the bytes are thrown away.
   */
  writeWhole: (files: readonly WholeFile[]): Promise<(Fault | null)[]> =>
    Promise.all(
      files.map((file) => {
        try {
          if (createHash('sha256').update(file.bytes).digest('hex') !== file.sha256)
            throw new Error('what arrived is not what the server says it sent');
          return syncAndClose(writeFile(file), file.path);
        } catch (error) {
          return faultOf(error);
        }
      }),
    ),

  /** Opens a half file, with what is in it or emptied. Answers its size in bytes. */
  open(path: string, keep: boolean): number {
    const { O_RDWR, O_CREAT, O_TRUNC } = constants;
    const fd = openSync(path, O_RDWR | O_CREAT | (keep ? 0 : O_TRUNC), 0o644);
    const part: OpenPart = { fd, hash: createHash('sha256'), size: 0 };
    parts.set(path, part);
    if (keep) readAll(part);
    return part.size;
  },

  append(path: string, bytes: Uint8Array): void {
    const part = partAt(path);
    writeAll(part.fd, bytes, part.size);
    part.hash.update(bytes);
    part.size += bytes.byteLength;
  },

  restart(path: string): void {
    const part = partAt(path);
    ftruncateSync(part.fd, 0);
    part.hash = createHash('sha256');
    part.size = 0;
  },

  /** Makes a half file durable. Answers the SHA-256 in hex of what it holds. */
  async finish(path: string): Promise<string> {
    const part = partAt(path);
    await sync(part.fd);
    return part.hash.copy().digest('hex');
  },

  close(path: string): void {
    closeSync(partAt(path).fd);
    parts.delete(path);
  },
};

/** What the main thread may ask of this one. */
export type OfficeSkills = typeof skills;

work(skills);

function partAt(path: string): OpenPart {
  const part = parts.get(path);
  if (part === undefined) throw new Error(`${path} is not open`);
  return part;
}

function readAll(part: OpenPart): void {
  const block = Buffer.allocUnsafe(BLOCK);
  for (;;) {
    const read = readSync(part.fd, block, 0, BLOCK, part.size);
    if (read === 0) return;
    part.hash.update(block.subarray(0, read));
    part.size += read;
  }
}

function writeFile({ path, bytes }: WholeFile): number {
  const fd = openSync(path, 'w', 0o644);
  try {
    writeAll(fd, bytes, 0);
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

async function syncAndClose(fd: number, path: string): Promise<Fault | null> {
  try {
    await sync(fd);
    return null;
  } catch (error) {
    rmSync(path, { force: true });
    return faultOf(error);
  } finally {
    closeSync(fd);
  }
}

function writeAll(fd: number, bytes: Uint8Array, position: number): void {
  for (let written = 0; written < bytes.byteLength; ) {
    written += writeSync(fd, bytes, written, bytes.byteLength - written, position + written);
  }
}
