import { createHash, type Hash } from 'node:crypto';
import { readSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import type { Stamp } from '../steps/ports/disk.js';
import type { Readers } from './readers.js';

const BLOCK = 1024 * 1024;

/** SHA-256 in hex of what a handle holds, from its first byte to its last. Memory: one block, or the file if that is smaller. */
export async function sha256Of(file: FileHandle, size = BLOCK): Promise<string> {
  const hash = createHash('sha256');
  // One byte more than the file: what it holds is read at once, and that there is no more is seen.
  const block = Buffer.allocUnsafe(Math.min(BLOCK, size + 1));
  for (let position = 0; ; ) {
    const { bytesRead } = await file.read(block, 0, block.byteLength, position);
    if (bytesRead === 0) return hash.digest('hex');
    hash.update(block.subarray(0, bytesRead));
    position += bytesRead;
  }
}

/** Adds what is open under this number to a hash, from its first byte to its last, at once. Answers how many bytes that is. */
export function hashNow(hash: Hash, fd: number): number {
  const block = Buffer.allocUnsafe(BLOCK);
  for (let size = 0; ; ) {
    const read = readSync(fd, block, 0, BLOCK, size);
    if (read === 0) return size;
    hash.update(block.subarray(0, read));
    size += read;
  }
}

/** What identifies the content of a file at one moment, as text. */
export function digestKey({ device, inode, size, mtimeNs, ctimeNs }: Stamp): string {
  return `${device}:${inode}:${size}:${mtimeNs}:${ctimeNs}`;
}

const MOST = 20_000;

/** Remembers the hashes of files that did not change since, so that a file sent and then marked is read once. */
export class DigestMemory {
  private readonly known = new Map<string, string>();

  /** Large files are hashed by the `readers`, so that everything else goes on meanwhile. */
  constructor(private readonly readers: Readers) {}

  /** SHA-256 in hex of the open file: from memory if its stamp is known, else by reading it. */
  async of(file: FileHandle, stamp: Stamp): Promise<string> {
    const known = this.knownOf(stamp);
    if (known !== undefined) return known;
    const sha256 = stamp.size > BLOCK ? await this.readers.hash(file.fd) : await sha256Of(file, stamp.size);
    this.remember(digestKey(stamp), sha256);
    return sha256;
  }

  /** SHA-256 in hex of a file of this stamp; undefined when none was read. */
  knownOf(stamp: Stamp): string | undefined {
    return this.known.get(digestKey(stamp));
  }

  /** Keeps the hash of a file that was read elsewhere, under its `digestKey`. */
  remember(key: string, sha256: string): void {
    const oldest = this.known.size >= MOST ? this.known.keys().next().value : undefined;
    if (oldest !== undefined) this.known.delete(oldest);
    this.known.set(key, sha256);
  }
}
