import { BUNDLE_FIELDS } from '../domain/tar.js';

/** One file of a bundle; `sha256` is what the server says, in hex. */
export interface BundleEntry {
  readonly id: number;
  readonly sha256: string | null;
  /** Good until the next bytes of the bundle are pushed. */
  readonly bytes: Uint8Array;
}

const MOST_BYTES = 8 * 1024 * 1024;
/** Four times what is asked for at once (`steps/pull.ts`): a bundle that goes on after that has no end. */
const MOST_IN_ALL = 64 * 1024 * 1024;
const MOST_PAX = 64 * 1024;
const BLOCK = 512;
/** Most members are not larger than this, in bytes. */
export const MEMBER_MEMORY = 1024 * 1024;

/**
 * Reads a bundle, a tar (POSIX ustar with pax records) whose members are named by row id, as it comes: a library's stream
 * for each member takes longer than its bytes. What the server does not write is an error; fields of a pax header that it
 * does not write are passed over.
 */
export class BundleReader {
  /** What the next blocks are, and the member that its header has announced. */
  private next: 'header' | 'pax' | 'bytes' = 'header';
  private blocks: Buffer;
  private filled = 0;
  private size = 0;
  private id = Number.NaN;
  private pax = '';
  private length = 0;
  ended = false;

  /** `found` is given each member, and is done with its bytes when it returns. `memory` is the reader's own until it has ended. */
  constructor(
    private readonly found: (entry: BundleEntry) => void,
    private memory: Buffer,
  ) {
    this.blocks = memory.subarray(0, BLOCK);
  }

  /** Takes the next bytes of the bundle. Throws when it is none, or has no end. */
  push(chunk: Uint8Array): void {
    this.length += chunk.byteLength;
    if (this.length > MOST_IN_ALL) throw new Error('the bundle has no end');
    for (let at = 0; at < chunk.byteLength && !this.ended; ) {
      const some = chunk.subarray(at, at + this.blocks.byteLength - this.filled);
      this.blocks.set(some, this.filled);
      this.filled += some.byteLength;
      at += some.byteLength;
      if (this.filled < this.blocks.byteLength) continue;
      if (this.next === 'header') this.readHeader();
      else if (this.next === 'pax') this.readPax();
      if (this.next === 'bytes' && this.filled === this.blocks.byteLength) this.found(this.member());
    }
  }

  private readHeader(): void {
    const { blocks } = this;
    if (blocks.every((byte) => byte === 0)) {
      this.ended = true;
      return;
    }
    if (sumOf(blocks) !== octal(blocks, 148, 8))
      throw new Error('it is no bundle, or was changed on its way');
    const type = blocks.toString('latin1', 156, 157);
    if (type !== 'x' && type !== '0') throw new Error(`a member of the bundle is no file (type ${type})`);
    const size = octal(blocks, 124, 12);
    if (!(size <= (type === 'x' ? MOST_PAX : MOST_BYTES)))
      throw new Error('a member of the bundle is too large');
    if (type === '0') this.id = Number(paxField(this.pax, 'path') ?? textOf(blocks.subarray(0, 100)));
    this.expect(type === 'x' ? 'pax' : 'bytes', size);
  }

  private readPax(): void {
    this.pax = textOf(this.blocks.subarray(0, this.size));
    this.expect('header', BLOCK);
  }

  private member(): BundleEntry {
    const { id, blocks, size } = this;
    const sha256 = paxField(this.pax, BUNDLE_FIELDS.sha256);
    this.pax = '';
    this.expect('header', BLOCK);
    return { id, sha256, bytes: blocks.subarray(0, size) };
  }

  private expect(next: 'header' | 'pax' | 'bytes', size: number): void {
    this.next = next;
    this.size = size;
    const room = Math.ceil(size / BLOCK) * BLOCK;
    if (room > this.memory.byteLength) this.memory = Buffer.allocUnsafeSlow(room);
    this.blocks = this.memory.subarray(0, room);
    this.filled = 0;
  }
}

/** Bytes until the first NUL as text. */
function textOf(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, end === -1 ? bytes.byteLength : end);
}

/** A number as tar writes it; NaN for anything else, also for its form for what does not fit. */
function octal(header: Buffer, start: number, length: number): number {
  const text = header.toString('latin1', start, start + length);
  const digits = /^ *([0-7]+)[ \0]*$/.exec(text)?.[1];
  return digits === undefined ? Number.NaN : Number.parseInt(digits, 8);
}

/** The sum of a header's bytes, those of the sum itself taken for spaces. */
function sumOf(header: Buffer): number {
  let sum = 8 * 0x20;
  for (let i = 0; i < BLOCK; i++) if (i < 148 || i >= 156) sum += header[i] ?? 0;
  return sum;
}

/** A field of a pax header, in which each record is `<its length> <name>=<value>\n`. */
function paxField(text: string, name: string): string | null {
  const record = text.split('\n').find((line) => line.replace(/^\d+ /, '').startsWith(`${name}=`));
  return record === undefined ? null : record.slice(record.indexOf('=') + 1);
}
