import { createHash, type Hash } from 'node:crypto';
import { closeSync, constants, fstatSync, fsync, lstatSync, openSync, rmSync } from 'node:fs';
import { promisify } from 'node:util';
import { hashNow } from './digest.js';
import { fillFolders } from './fill-folders.js';
import { writeAll } from './write-whole.js';

/** A half file that is being written. */
interface OpenHalf {
  fd: number;
  hash: Hash;
  size: number;
}

// Not on this thread, which goes on with other files meanwhile.
const sync = promisify(fsync);
const halves = new Map<string, OpenHalf>();
/** Of a half file whose new file could not be opened. */
const CLOSED = -1;

/** What a thread does with files that arrive in the office: hashes and writes large ones, and gives all their names. */
export const halfFileSkills = {
  /** Opens a half file, with what an earlier run left in it or empty. Answers its size in bytes. */
  open(path: string, keep: boolean): number {
    const half: OpenHalf = { fd: openFile(path, keep), hash: createHash('sha256'), size: 0 };
    halves.set(path, half);
    if (keep) half.size = hashNow(half.hash, half.fd);
    // Whoever had it first may still write to it, and only where something is in it are his bytes the same.
    if (keep && half.size === 0) renew(path, half);
    return half.size;
  },

  /** Answers the memory of the bytes, to be used again. */
  append(path: string, bytes: Uint8Array): Uint8Array {
    const half = halfAt(path);
    mustBeOwn(path, half);
    writeAll(half.fd, bytes, half.size);
    half.hash.update(bytes);
    half.size += bytes.byteLength;
    return bytes;
  },

  restart(path: string): void {
    const half = halfAt(path);
    mustBeOwn(path, half);
    if (half.size === 0) return;
    renew(path, half);
    half.hash = createHash('sha256');
    half.size = 0;
  },

  /** Makes a half file durable. Answers the SHA-256 in hex of what it holds. */
  async finish(path: string): Promise<string> {
    const half = halfAt(path);
    await sync(half.fd);
    return half.hash.copy().digest('hex');
  },

  fill: fillFolders,

  close(path: string): void {
    const { fd } = halfAt(path);
    halves.delete(path);
    if (fd !== CLOSED) closeSync(fd);
  },
};

export type HalfFileSkills = typeof halfFileSkills;

function halfAt(path: string): OpenHalf {
  const half = halves.get(path);
  if (half === undefined) throw new Error(`${path} is not open`);
  return half;
}

/** Goes on with a new file: whoever has the old one open keeps it for himself. */
function renew(path: string, half: OpenHalf): void {
  rmSync(path);
  // On Windows the name of a removed file may be taken until nobody has it open.
  closeSync(half.fd);
  half.fd = CLOSED;
  half.fd = openFile(path, false);
}

function openFile(path: string, keep: boolean): number {
  const { O_RDWR, O_CREAT, O_TRUNC } = constants;
  return openSync(path, O_RDWR | O_CREAT | (keep ? 0 : O_TRUNC), 0o644);
}

/** Another run that takes a half file over renames it, and may have given it its place in the store. */
function mustBeOwn(path: string, { fd }: OpenHalf): void {
  const named = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  if (named?.ino === fstatSync(fd, { bigint: true }).ino) return;
  throw new Error('another run has gone on with this file meanwhile');
}
