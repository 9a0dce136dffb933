import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import type { Size } from './bench.js';

type Camera = readonly [width: number, height: number];

/** What usual cameras give: 12, 16, 20 and 24 megapixels. */
const PHOTOS: readonly Camera[] = [
  [4000, 3000],
  [4608, 3456],
  [5472, 3648],
  [6000, 4000],
];

/** What a mail or a web page holds; about 100 KB each. */
export const PREVIEWS: readonly Camera[] = [
  [800, 600],
  [640, 800],
  [900, 600],
];

/** For looking whether the benchmark works, photos of an eighth of the width do. */
export function photosFor(size: Size): readonly Camera[] {
  return size === 'full' ? PHOTOS : PHOTOS.map(([width, height]) => [width / 8, height / 8]);
}

/** Writes JPEGs of a few cameras under these paths; each file has its own bytes behind the picture's end mark. */
export async function writePhotos(
  folder: string,
  paths: readonly string[],
  cameras: readonly Camera[],
): Promise<void> {
  const photos = await Promise.all(cameras.map(([width, height]) => photo(width, height)));
  for (const [n, file] of paths.entries()) {
    const target = path.join(folder, file);
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, photos[n % photos.length] ?? Buffer.alloc(0));
    appendFileSync(target, `\n${file}\n`);
  }
}

/** A room with light and grain, so that the JPEG is as hard to decode as a photo. */
function photo(width: number, height: number): Promise<Buffer> {
  const room = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
<defs><linearGradient id="wall" x2="1" y2="1"><stop stop-color="#fdf6e3" stop-opacity="0.8"/>
<stop offset="1" stop-color="#304050" stop-opacity="0.8"/></linearGradient></defs>
<rect width="100%" height="100%" fill="url(#wall)"/>
<rect x="55%" y="20%" width="30%" height="35%" fill="#aaccee"/><rect y="80%" width="100%" height="20%" fill="#6b4a2b" fill-opacity="0.6"/>
<circle cx="20%" cy="60%" r="${width / 12}" fill="#993322"/></svg>`;
  return sharp({
    create: {
      width,
      height,
      channels: 3,
      background: '#888',
      noise: { type: 'gaussian', mean: 128, sigma: 40 },
    },
  })
    .composite([{ input: Buffer.from(room) }])
    .jpeg({ quality: 88 })
    .toBuffer();
}
