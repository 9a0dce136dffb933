import { readFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { distance, essenceOf } from './picture-essence.js';
import type { PlantedFile } from './planting.js';
import { sha256 } from './snapshot.js';

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
    return (await knownFaults(bytes, file)).map((fault) => `thumb ${fault}: ${where}`);
  } catch (error) {
    return [`thumb cannot be decoded (${String(error)}): ${where}`];
  }
}

const judged = new Map<string, Promise<string[]>>();

/** A picture of the pool is met often: the same bytes of a thumb are judged once for the same picture and kind of name. */
function knownFaults(bytes: Buffer, file: PlantedFile): Promise<string[]> {
  const { width, height, colours } = file.essence ?? { width: 0, height: 0, colours: Buffer.alloc(0) };
  const picture = `${width}x${height} ${colours.toString('base64')}`;
  const key = `${sha256(bytes)} ${picture} ${path.extname(file.name).toLowerCase()}`;
  const found = judged.get(key) ?? faults(bytes, file);
  judged.set(key, found);
  return found;
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
