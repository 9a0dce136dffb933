// The program of a thread that reads and hashes files of the orders' root.
import { createHash } from 'node:crypto';
import { closeSync, fstatSync, lstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { HEAD_BYTES, paddedSize, writeHead } from '../domain/tar.js';
import { digestKey, hashNow } from './digest.js';
import { READ_ONLY_A_FILE, stampOf } from './regular-file.js';
import { work } from './worker.js';

/** A piece of a tar is not much larger than this, in bytes, unless a single file is. */
const ENOUGH = 1024 * 1024;

/** A file of a folder, and the row that it is asked for. */
export interface WantedFile {
  readonly id: number;
  readonly filename: string;
}

/** Some members of a tar. */
export interface TarPiece {
  readonly tar: Uint8Array;
  /** How many of the wanted files have been looked at, from the first on. */
  readonly taken: number;
  /** What was hashed of files that did not change meanwhile: SHA-256 in hex by `digestKey`. */
  readonly digests: readonly (readonly [key: string, sha256: string])[];
}

const skills = {
  /** SHA-256 in hex of what is open under this number, from its first byte to its last. */
  hash(fd: number): string {
    const hash = createHash('sha256');
    hashNow(hash, fd);
    return hash.digest('hex');
  },

  /**
   * Reads small files of a folder once and answers them as members of a tar: as many as make a piece, and at least one.
   * Left out is what is larger than `most`, not a regular file, or cannot be read, or changes its size meanwhile.
   * `spare`: an earlier piece that nobody reads any more, whose memory is used again.
   */
  pack(base: string, files: readonly WantedFile[], most: number, spare: Uint8Array | null): TarPiece {
    const sizes: number[] = [];
    let room = 0;
    for (const { filename } of files) {
      if (room > ENOUGH) break;
      const size = sizeOf(join(base, filename));
      const fits = size !== null && size <= most;
      sizes.push(fits ? size : -1);
      if (fits) room += HEAD_BYTES + paddedSize(size);
    }
    const isEnough = spare !== null && spare.buffer.byteLength >= room;
    // Shared, for memory that changes hands again and again makes the collector run again and again.
    const memory = isEnough ? spare.buffer : new SharedArrayBuffer(Math.max(room, 2 * ENOUGH));
    const tar = Buffer.from(memory);
    const digests: [string, string][] = [];
    let end = 0;
    for (const [i, size] of sizes.entries()) {
      const file = files[i];
      if (size < 0 || file === undefined) continue;
      const member = tar.subarray(end, end + HEAD_BYTES + paddedSize(size));
      const packed = packOne(join(base, file.filename), file.id, size, member);
      if (packed === null) continue;
      if (packed.isStable) digests.push([packed.key, packed.sha256]);
      end += member.byteLength;
    }
    return { tar: tar.subarray(0, end), taken: sizes.length, digests };
  },
};

/** What the main thread may ask of this one. */
export type ReadingSkills = typeof skills;

work(skills);

function sizeOf(path: string): number | null {
  try {
    const stats = lstatSync(path);
    return stats.isFile() ? stats.size : null;
  } catch {
    return null;
  }
}

/** Writes a file as a member; null when it cannot be. `isStable`: it is still what it was before it was read. */
function packOne(
  path: string,
  id: number,
  size: number,
  member: Buffer,
): { readonly isStable: boolean; readonly key: string; readonly sha256: string } | null {
  let fd: number | null = null;
  try {
    fd = openSync(path, READ_ONLY_A_FILE);
    const stats = fstatSync(fd, { bigint: true });
    if (!stats.isFile() || stats.size !== BigInt(size)) return null;
    const bytes = member.subarray(HEAD_BYTES, HEAD_BYTES + size);
    if (!readWhole(fd, bytes)) return null;
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    writeHead(member, { id, size, mtimeMs: Number(stats.mtimeNs / 1_000_000n), sha256 });
    member.fill(0, HEAD_BYTES + size);
    const key = digestKey(stampOf(stats));
    return { isStable: digestKey(stampOf(fstatSync(fd, { bigint: true }))) === key, key, sha256 };
  } catch {
    // The client asks for it by itself, and hears there what is the matter.
    return null;
  } finally {
    if (fd !== null) closeSync(fd);
  }
}

function readWhole(fd: number, bytes: Buffer): boolean {
  for (let filled = 0; filled < bytes.byteLength; ) {
    const read = readSync(fd, bytes, filled, bytes.byteLength - filled, filled);
    if (read === 0) return false;
    filled += read;
  }
  return true;
}
