import sharp, { type Sharp } from 'sharp';
import { drawings } from './drawings.js';
import { blackPng, pngChunk } from './png.js';

/** A file that somebody sends as a picture; the bytes are made when they are wanted. */
export interface HostilePicture {
  /** What is wrong with it; with the extension, its name. */
  readonly trouble: string;
  readonly extension: string;
  make(): Promise<Buffer> | Buffer;
}

const FORMATS = ['jpg', 'png', 'webp', 'gif', 'tif'] as const;
type Format = (typeof FORMATS)[number];

/** Where a picture ends early, as a share of its bytes. */
const CUTS = [0.02, 0.4, 0.99];

const HUGE = 65_535;

/** Pictures that lie, end early, never end or hide something: another corpus for another `random`. */
export function hostilePictures(random: () => number): HostilePicture[] {
  return [...cutShort(), ...bitsFlipped(random), ...lyingNames(), ...tooLarge(), ...odd(), ...drawings()];
}

function cutShort(): HostilePicture[] {
  const cut = FORMATS.flatMap((format) =>
    CUTS.map((share) => ({
      trouble: `cut at ${share * 100} percent`,
      extension: format,
      make: async () => {
        const bytes = await photo(format);
        return bytes.subarray(0, Math.max(1, Math.floor(bytes.length * share)));
      },
    })),
  );
  const empty = ['jpg', 'png', 'svg'].map((extension) => ({
    trouble: 'empty',
    extension,
    make: () => Buffer.alloc(0),
  }));
  return [...cut, ...empty, { trouble: 'one byte', extension: 'jpg', make: () => Buffer.from([0xff]) }];
}

function bitsFlipped(random: () => number): HostilePicture[] {
  return FORMATS.map((format) => ({
    trouble: 'with flipped bits',
    extension: format,
    make: async () => {
      const bytes = Buffer.from(await photo(format));
      for (let flips = 0; flips < 20; flips++) {
        const at = Math.floor(random() * bytes.length);
        bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(random() * 8));
      }
      return bytes;
    },
  }));
}

function lyingNames(): HostilePicture[] {
  const others = FORMATS.map((format, index) => ({
    trouble: `really a ${format}`,
    extension: FORMATS[(index + 1) % FORMATS.length] ?? 'jpg',
    make: () => photo(format),
  }));
  const noPictures: [string, string][] = [
    ['a page', '<!doctype html><script>alert(1)</script>'],
    ['a document', '%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n'],
    ['a program', '\u007fELF\u0002\u0001\u0001'],
    ['a script', '#!/bin/sh\nrm -rf "$HOME"\n'],
    [
      'a list of pictures',
      'push graphic-context\nimage over 0,0 0,0 "https://example.invalid/x"\npop graphic-context\n',
    ],
  ];
  return [
    ...others,
    ...noPictures.map(([what, text]) => ({
      trouble: `really ${what}`,
      extension: 'jpg',
      make: () => Buffer.from(text),
    })),
  ];
}

/** Little to send, much to unpack: what the header says must be believed before anything is unpacked. */
function tooLarge(): HostilePicture[] {
  return [
    {
      trouble: 'a bomb of 400 megapixels',
      extension: 'png',
      make: () => blackPng({ width: 20_000, height: 20_000, depth: 1 }),
    },
    {
      trouble: 'just below the limit and interlaced',
      extension: 'png',
      make: () => blackPng({ width: 16_000, height: 16_000, depth: 1, interlaced: true }),
    },
    {
      trouble: 'a header of 4 gigapixels',
      extension: 'png',
      make: () => blackPng({ width: HUGE, height: HUGE, depth: 16 }, 1),
    },
    {
      trouble: 'of one line and no end',
      extension: 'png',
      make: () => blackPng({ width: 2 ** 31 - 1, height: 1, depth: 1 }, 0),
    },
    {
      trouble: 'a header of 4 gigapixels',
      extension: 'jpg',
      make: async () => withJpegSize(await photo('jpg'), HUGE),
    },
    {
      trouble: 'a header of 4 gigapixels',
      extension: 'gif',
      make: async () => withGifSize(await photo('gif'), HUGE),
    },
    { trouble: 'with 1500 frames', extension: 'gif', make: () => animated(1500).gif().toBuffer() },
    { trouble: 'with 300 frames', extension: 'webp', make: () => animated(300).webp().toBuffer() },
    {
      trouble: 'with a long comment',
      extension: 'png',
      make: async () => withComment(await photo('png'), 8 * 1024 * 1024),
    },
  ];
}

function odd(): HostilePicture[] {
  return [
    {
      trouble: 'in CMYK',
      extension: 'jpg',
      make: () => plain().toColourspace('cmyk').withMetadata({ icc: 'cmyk' }).jpeg().toBuffer(),
    },
    { trouble: 'of 16 bits', extension: 'png', make: () => plain().toColourspace('rgb16').png().toBuffer() },
    { trouble: 'of 16 bits', extension: 'tif', make: () => plain().toColourspace('rgb16').tiff().toBuffer() },
    {
      trouble: 'with broken EXIF',
      extension: 'jpg',
      make: async () => withExif(await photo('jpg'), Buffer.from('Exif\0\0MM\0*\0\0\xff\xff', 'latin1')),
    },
    {
      trouble: 'turned a ninth way',
      extension: 'jpg',
      make: async () => withExif(await photo('jpg'), orientation(9)),
    },
    {
      trouble: 'with EXIF that points at itself',
      extension: 'jpg',
      make: async () => withExif(await photo('jpg'), circle()),
    },
    {
      trouble: 'and an archive',
      extension: 'gif',
      make: async () =>
        Buffer.concat([await photo('gif'), Buffer.from('PK\x03\x04\x14\0 rest of an archive')]),
    },
    {
      trouble: 'and a page',
      extension: 'jpg',
      make: async () => Buffer.concat([await photo('jpg'), Buffer.from('<html><script>1</script></html>')]),
    },
    {
      trouble: 'and a document',
      extension: 'jpg',
      make: async () => Buffer.concat([Buffer.from('%PDF-1.4\n'), await photo('jpg')]),
    },
    { trouble: 'of one pixel', extension: 'png', make: () => blackPng({ width: 1, height: 1, depth: 1 }) },
    {
      trouble: 'of one line',
      extension: 'png',
      make: () => blackPng({ width: 30_000, height: 1, depth: 8 }),
    },
  ];
}

function plain(): Sharp {
  return sharp({ create: { width: 64, height: 48, channels: 3, background: '#3a7' } });
}

function photo(format: Format): Promise<Buffer> {
  const noise = { type: 'gaussian', mean: 128, sigma: 30 } as const;
  const picture = sharp({ create: { width: 64, height: 48, channels: 3, background: '#000', noise } });
  return picture.toFormat(format === 'jpg' ? 'jpeg' : format === 'tif' ? 'tiff' : format).toBuffer();
}

/** Frames of 2 by 2 pixels, no two alike, so that none can be left out. */
function animated(frames: number): Sharp {
  const pixels = Buffer.from(Array.from({ length: frames * 2 * 2 * 3 }, (_, at) => (at * 7919) % 256));
  return sharp(pixels, { raw: { width: 2, height: 2 * frames, channels: 3, pageHeight: 2 } });
}

/** Another size in the frame header, which is behind a mark between C0 and C2. */
function withJpegSize(bytes: Buffer, side: number): Buffer {
  const changed = Buffer.from(bytes);
  for (let at = 2; at + 9 < changed.length; at += 2 + changed.readUInt16BE(at + 2)) {
    const mark = changed[at + 1] ?? 0;
    if (mark < 0xc0 || mark > 0xc2) continue;
    changed.writeUInt16BE(side, at + 5);
    changed.writeUInt16BE(side, at + 7);
    return changed;
  }
  throw new Error('a JPEG without a frame header');
}

function withGifSize(bytes: Buffer, side: number): Buffer {
  const changed = Buffer.from(bytes);
  changed.writeUInt16LE(side, 6);
  changed.writeUInt16LE(side, 8);
  return changed;
}

/** A PNG with a chunk of text behind its header; a header is 8 bytes of mark and a chunk of 25. */
function withComment(bytes: Buffer, size: number): Buffer {
  const text = Buffer.concat([Buffer.from('Comment\0'), Buffer.alloc(size, 'x')]);
  return Buffer.concat([bytes.subarray(0, 33), pngChunk('tEXt', text), bytes.subarray(33)]);
}

function withExif(bytes: Buffer, exif: Buffer): Buffer {
  const head = Buffer.from([0xff, 0xe1, 0, 0]);
  head.writeUInt16BE(exif.length + 2, 2);
  return Buffer.concat([bytes.subarray(0, 2), head, exif, bytes.subarray(2)]);
}

const ORIENTATION = 0x0112;
const SHORT = 3;

/** EXIF of one entry, in the order of Motorola. */
function orientation(value: number): Buffer {
  const entry = Buffer.alloc(26);
  entry.write('MM\0*', 0, 'latin1');
  entry.writeUInt32BE(8, 4);
  entry.writeUInt16BE(1, 8);
  entry.writeUInt16BE(ORIENTATION, 10);
  entry.writeUInt16BE(SHORT, 12);
  entry.writeUInt32BE(1, 14);
  entry.writeUInt16BE(value, 18);
  return Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), entry]);
}

/** The next directory of each directory is itself. */
function circle(): Buffer {
  const exif = orientation(1);
  exif.writeUInt32BE(8, exif.length - 4);
  return exif;
}
