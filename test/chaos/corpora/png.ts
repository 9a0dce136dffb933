import { crc32, deflateSync } from 'node:zlib';

/** What the header of a PNG says, whether or not it is true. */
export interface PngHeader {
  readonly width: number;
  readonly height: number;
  /** Bits of one sample; one sample is one pixel of grey. */
  readonly depth: 1 | 8 | 16;
  /** All seven passes must be kept in memory before the first line is whole. */
  readonly interlaced?: boolean;
}

const MARK = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
const BLOCK_BYTES = 1024 * 1024;

/** A PNG of nothing but black whose header says this; `lines` of it are really there. */
export function blackPng(header: PngHeader, lines = header.height): Buffer {
  const bytes = Buffer.alloc(13);
  bytes.writeUInt32BE(header.width, 0);
  bytes.writeUInt32BE(header.height, 4);
  bytes.set([header.depth, 0, 0, 0, header.interlaced ? 1 : 0], 8);
  const size = header.interlaced === true ? interlacedSize(header) : lines * lineSize(header.width, header);
  const data = deflateSync(Buffer.alloc(size), { chunkSize: BLOCK_BYTES });
  return Buffer.concat([
    MARK,
    pngChunk('IHDR', bytes),
    pngChunk('IDAT', data),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

/** A line is one byte of its filter and its samples. */
function lineSize(width: number, { depth }: PngHeader): number {
  return 1 + Math.ceil((width * depth) / 8);
}

/** Of each of the seven passes: every how many columns, and every how many lines; for sides that 8 divides. */
const PASSES = [
  [8, 8],
  [8, 8],
  [4, 8],
  [4, 4],
  [2, 4],
  [2, 2],
  [1, 2],
] as const;

function interlacedSize(header: PngHeader): number {
  const sizes = PASSES.map(
    ([columns, lines]) => (header.height / lines) * lineSize(header.width / columns, header),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** A chunk with its right length and checksum. */
export function pngChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const chunk = Buffer.alloc(body.length + 8);
  chunk.writeUInt32BE(data.length, 0);
  body.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(body), body.length + 4);
  return chunk;
}
