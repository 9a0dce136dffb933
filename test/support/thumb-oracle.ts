import { readFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { distance, essenceOf } from './picture-essence.js';
import type { PlantedFile } from './planting.js';

const LARGEST = 300;

/** Two pictures of the pool are at least 40 apart; a good thumb is within 7 of its picture. */
const FAR = 12;

/** What is wrong with the thumb of a picture; nothing, for a good one. */
export async function judgeThumb(root: string, file: PlantedFile): Promise<string[]> {
  const where = `${file.folder}/thumb/${file.name}`;
  let bytes: Buffer;
  try {
    bytes = await readFile(path.join(root, where));
  } catch {
    return [`no thumb: ${where}`];
  }
  try {
    return (await faults(bytes, file)).map((fault) => `thumb ${fault}: ${where}`);
  } catch (error) {
    return [`thumb cannot be decoded (${String(error)}): ${where}`];
  }
}

async function faults(bytes: Buffer, file: PlantedFile): Promise<string[]> {
  const { essence: picture } = file;
  if (picture === undefined) return ['of something that is no picture'];
  const found: string[] = [];
  const { format, exif, orientation } = await sharp(bytes).metadata();
  const thumb = await essenceOf(bytes);
  if (thumb.width > LARGEST || thumb.height > LARGEST) found.push(`is ${thumb.width}x${thumb.height}`);
  if (thumb.width > picture.width || thumb.height > picture.height) found.push('is larger than the picture');
  // One pixel of rounding is not another shape.
  const expected = (thumb.width * picture.height) / picture.width;
  if (Math.abs(thumb.height - expected) > 1) found.push(`has another shape (${thumb.width}x${thumb.height})`);
  if (distance(thumb, picture) > FAR) found.push('shows something else');
  if (exif !== undefined || (orientation ?? 1) !== 1) found.push('still has what the camera wrote');
  if (!isShownUnder(format, file.name)) found.push(`is ${format}, which no browser shows under its name`);
  return found;
}

function isShownUnder(format: string | undefined, name: string): boolean {
  const extension = path.extname(name).toLowerCase();
  if (extension === '.svg') return format === 'svg';
  if (extension === '.tif' || extension === '.tiff') return format === 'jpeg';
  return ['jpeg', 'png', 'webp', 'gif'].includes(format ?? '');
}
