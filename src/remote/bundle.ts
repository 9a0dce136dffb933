import { HEAD_BYTES, paddedSize, TAR_FIELDS } from '../domain/tar.js';

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
const SHA256 = /^[0-9a-f]{64}$/;
/** Most members are not larger than this, in bytes. */
export const MEMBER_MEMORY = 1024 * 1024;

/**
 * Reads a bundle, a tar (POSIX ustar) whose members are named by row id, as it comes: a library's stream for each member takes
 * longer than its bytes. What the server does not write is an error.
 */
export class BundleReader {
  /** What the next blocks are, and the member that its header has announced. */
  private next: 'header' | 'bytes' = 'header';
  private blocks: Buffer;
  private filled = 0;
  private size = 0;
  private id = Number.NaN;
  private sha256: string | null = null;
  private length = 0;
  ended = false;

  /** `found` is given each member, and is done with its bytes when it returns. `memory` is the reader's own until it has ended. */
  constructor(
    private readonly found: (entry: BundleEntry) => void,
    private memory: Buffer,
  ) {
    this.blocks = memory.subarray(0, HEAD_BYTES);
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
      if (this.next === 'bytes' && this.filled === this.blocks.byteLength) this.found(this.member());
    }
  }

  private readHeader(): void {
    const { blocks } = this;
    if (blocks.every((byte) => byte === 0)) {
      this.ended = true;
      return;
    }
    if (sumOf(blocks) !== octal(fieldOf(blocks, 'sum')))
      throw new Error('it is no bundle, or was changed on its way');
    const type = fieldOf(blocks, 'type');
    if (type !== '0') throw new Error(`a member of the bundle is no file (type ${type})`);
    const size = octal(fieldOf(blocks, 'size'));
    if (!(size <= MOST_BYTES)) throw new Error('a member of the bundle is too large');
    this.id = Number(fieldOf(blocks, 'name'));
    const sha256 = fieldOf(blocks, 'linkName');
    this.sha256 = SHA256.test(sha256) ? sha256 : null;
    this.expect('bytes', size);
  }

  private member(): BundleEntry {
    const { id, sha256, blocks, size } = this;
    this.expect('header', HEAD_BYTES);
    return { id, sha256, bytes: blocks.subarray(0, size) };
  }

  private expect(next: 'header' | 'bytes', size: number): void {
    this.next = next;
    this.size = size;
    const room = paddedSize(size);
    if (room > this.memory.byteLength) this.memory = Buffer.allocUnsafeSlow(room);
    this.blocks = this.memory.subarray(0, room);
    this.filled = 0;
  }
}

/** A field of a header as text, until the first NUL. */
function fieldOf(header: Buffer, name: keyof typeof TAR_FIELDS): string {
  const { start, end } = TAR_FIELDS[name];
  const nul = header.indexOf(0, start);
  return header.toString('latin1', start, nul === -1 ? end : Math.min(nul, end));
}

/** A number as tar writes it; NaN for anything else, also for its form for what does not fit. */
function octal(text: string): number {
  const digits = /^ *([0-7]+) *$/.exec(text)?.[1];
  return digits === undefined ? Number.NaN : Number.parseInt(digits, 8);
}

/** The sum of a header's bytes, those of the sum itself taken for spaces. */
function sumOf(header: Buffer): number {
  const { start, end } = TAR_FIELDS.sum;
  let sum = (end - start) * 0x20;
  for (let i = 0; i < HEAD_BYTES; i++) if (i < start || i >= end) sum += header[i] ?? 0;
  return sum;
}
