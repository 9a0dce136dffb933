import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { Stamp } from '../steps/ports.js';

const BLOCK = 1024 * 1024;

/** SHA-256 in hex of what a handle holds, from its first byte to its last. Memory: one block. */
export async function sha256Of(file: FileHandle): Promise<string> {
  const hash = createHash('sha256');
  const block = Buffer.allocUnsafe(BLOCK);
  for (let position = 0; ; ) {
    const { bytesRead } = await file.read(block, 0, BLOCK, position);
    if (bytesRead === 0) return hash.digest('hex');
    hash.update(block.subarray(0, bytesRead));
    position += bytesRead;
  }
}

const MOST = 20_000;

/** Remembers the hashes of files that did not change since, so that a file sent and then marked is read once. */
export class DigestMemory {
  private readonly known = new Map<string, string>();

  /** SHA-256 in hex of the open file: from memory if its stamp is known, else by reading it. */
  async of(file: FileHandle, stamp: Stamp): Promise<string> {
    const key = `${stamp.device}:${stamp.inode}:${stamp.size}:${stamp.mtimeNs}:${stamp.ctimeNs}`;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const sha256 = await sha256Of(file);
    const oldest = this.known.size >= MOST ? this.known.keys().next().value : undefined;
    if (oldest !== undefined) this.known.delete(oldest);
    this.known.set(key, sha256);
    return sha256;
  }
}
