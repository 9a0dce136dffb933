import path from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { type Essence, essenceOf } from './picture-essence.js';

/** What is inside a file, where it is not simply what its name says. */
export type Look = 'cmyk' | 'progressive' | 'deep' | 'alpha' | 'damaged' | 'plain';
export type PictureSize = 'photo' | 'small';

const WIDTH: Record<PictureSize, number> = { photo: 640, small: 64 };
const PICTURE_NAMES = new Set(['.jpg', '.jpeg', '.png', '.webp', '.gif', '.tif', '.tiff', '.svg']);

/** Whether a thumb is owed for this file. */
export function isPicture(name: string, look?: Look): boolean {
  return look !== 'plain' && look !== 'damaged' && PICTURE_NAMES.has(path.extname(name).toLowerCase());
}

export interface MadeFile {
  readonly bytes: Buffer;
  /** What can be seen in it, if it is a picture. */
  readonly essence: Essence | undefined;
}

const pool = new Map<string, Promise<{ readonly bytes: Buffer; readonly essence: Essence }>>();
let serial = 0;

/**
 * Real bytes for a file of this name, and never the same twice: a mistaken copy must show. Pictures come from a
 * small pool and differ behind their end mark, where decoders do not look.
 */
export async function makeFile(name: string, size: PictureSize, look?: Look): Promise<MadeFile> {
  const number = serial++;
  const extension = path.extname(name).toLowerCase();
  const mark = `${number}-${Math.random().toString(36).slice(2)}`;
  if (!isPicture(name, look)) {
    return { bytes: Buffer.from(`${plainStart(extension, look)}${mark}\n`), essence: undefined };
  }
  const variant = number % 8;
  const key = `${extension} ${look ?? ''} ${size} ${variant}`;
  const making = pool.get(key) ?? makePicture(extension, size, variant, look);
  pool.set(key, making);
  const { bytes, essence } = await making;
  const end = extension === '.svg' ? `<!-- ${mark} -->\n` : `\n${mark}\n`;
  return { bytes: Buffer.concat([bytes, Buffer.from(end)]), essence };
}

/** The bytes alone. */
export async function fileBytes(name: string, size: PictureSize, look?: Look): Promise<Buffer> {
  return (await makeFile(name, size, look)).bytes;
}

async function makePicture(extension: string, size: PictureSize, variant: number, look: Look | undefined) {
  const bytes =
    extension === '.svg'
      ? Buffer.from(drawing(variant, WIDTH[size]))
      : await encode(extension, size, variant, look);
  return { bytes, essence: await essenceOf(bytes) };
}

function plainStart(extension: string, look: Look | undefined): string {
  // The mark of a JPEG with nothing behind it: every decoder tries, none succeeds.
  if (look === 'damaged') return '\u00ff\u00d8\u00ff no picture ';
  const starts: Record<string, string> = {
    '.pdf': '%PDF-1.4\n',
    '.zip': 'PK\u0003\u0004',
    '.psd': '8BPS\u0000\u0001',
  };
  return `${starts[extension] ?? ''}plain bytes `;
}

function drawing(variant: number, width: number): string {
  const height = (width * 3) / 4;
  const hue = variant * 45;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
<defs><linearGradient id="sky" x2="1" y2="0.2"><stop stop-color="hsl(${hue},70%,70%)"/>
<stop offset="1" stop-color="hsl(${hue + 90},60%,30%)"/></linearGradient></defs>
<rect width="100%" height="100%" fill="url(#sky)"/>
<circle cx="25%" cy="30%" r="${width / 10}" fill="gold"/>
<rect x="50%" y="45%" width="30%" height="40%" fill="hsl(${hue + 180},50%,50%)"/>
</svg>`;
}

async function encode(
  extension: string,
  size: PictureSize,
  variant: number,
  look: Look | undefined,
): Promise<Buffer> {
  const picture = sharp(Buffer.from(drawing(variant, WIDTH[size])));
  // Photos come out of cameras turned; all eight ways occur.
  const turned = { orientation: variant + 1 };
  switch (extension) {
    case '.png':
      return await png(picture, look).toBuffer();
    case '.webp':
      return await picture.webp().withMetadata(turned).toBuffer();
    case '.gif':
      return await picture.gif().toBuffer();
    case '.tif':
    case '.tiff':
      return await picture.removeAlpha().tiff({ compression: 'lzw' }).toBuffer();
    default: {
      const jpeg = picture.removeAlpha().jpeg({ quality: 80, progressive: look === 'progressive' });
      // Print shops' CMYK comes with its own profile; with the usual one it would be turned into RGB.
      return look === 'cmyk'
        ? await jpeg
            .toColourspace('cmyk')
            .withMetadata({ ...turned, icc: 'cmyk' })
            .toBuffer()
        : await jpeg.withMetadata(turned).toBuffer();
    }
  }
}

function png(picture: Sharp, look: Look | undefined): Sharp {
  if (look === 'deep') return picture.removeAlpha().toColourspace('rgb16').png();
  return look === 'alpha' ? picture.ensureAlpha(0.5).png() : picture.removeAlpha().png();
}
