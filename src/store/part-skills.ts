import { createHash, type Hash } from 'node:crypto';
import { closeSync, constants, fstatSync, fsync, lstatSync, openSync, readSync, rmSync } from 'node:fs';
import { promisify } from 'node:util';
import { fillFolders } from './fill-folders.js';
import { writeAll } from './write-whole.js';

const BLOCK = 1024 * 1024;

/** A half file that is being written. */
interface OpenPart {
  fd: number;
  hash: Hash;
  size: number;
}

// Not on this thread, which goes on with other files meanwhile.
const sync = promisify(fsync);
const parts = new Map<string, OpenPart>();
/** Of a part whose new file could not be opened. */
const CLOSED = -1;

/** What a thread does with files that arrive in the office: hashes and writes large ones, and gives all their names. */
export const partSkills = {
  /** Opens a half file, with what an earlier run left in it or empty. Answers its size in bytes. */
  open(path: string, keep: boolean): number {
    const part: OpenPart = { fd: openFile(path, keep), hash: createHash('sha256'), size: 0 };
    parts.set(path, part);
    if (keep) readAll(part);
    // Whoever had it first may still write to it, and only where something is in it are his bytes the same.
    if (keep && part.size === 0) renew(path, part);
    return part.size;
  },

  /** Answers the memory of the bytes, to be used again. */
  append(path: string, bytes: Uint8Array): Uint8Array {
    const part = partAt(path);
    mustBeOwn(path, part);
    writeAll(part.fd, bytes, part.size);
    part.hash.update(bytes);
    part.size += bytes.byteLength;
    return bytes;
  },

  restart(path: string): void {
    const part = partAt(path);
    mustBeOwn(path, part);
    if (part.size === 0) return;
    renew(path, part);
    part.hash = createHash('sha256');
    part.size = 0;
  },

  /** Makes a half file durable. Answers the SHA-256 in hex of what it holds. */
  async finish(path: string): Promise<string> {
    const part = partAt(path);
    await sync(part.fd);
    return part.hash.copy().digest('hex');
  },

  fill: fillFolders,

  close(path: string): void {
    const { fd } = partAt(path);
    parts.delete(path);
    if (fd !== CLOSED) closeSync(fd);
  },
};

export type PartSkills = typeof partSkills;

function partAt(path: string): OpenPart {
  const part = parts.get(path);
  if (part === undefined) throw new Error(`${path} is not open`);
  return part;
}

/** Goes on with a new file: whoever has the old one open keeps it for himself. */
function renew(path: string, part: OpenPart): void {
  rmSync(path);
  // On Windows the name of a removed file may be taken until nobody has it open.
  closeSync(part.fd);
  part.fd = CLOSED;
  part.fd = openFile(path, false);
}

function openFile(path: string, keep: boolean): number {
  const { O_RDWR, O_CREAT, O_TRUNC } = constants;
  return openSync(path, O_RDWR | O_CREAT | (keep ? 0 : O_TRUNC), 0o644);
}

/** Another run that takes a half file over renames it, and may have given it its place in the store. */
function mustBeOwn(path: string, { fd }: OpenPart): void {
  const named = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  if (named?.ino === fstatSync(fd, { bigint: true }).ino) return;
  throw new Error('another run has gone on with this file meanwhile');
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
