import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { QUARANTINE } from '../domain/file-name.js';
import { codeOf } from '../errors.js';
import type { Original, Shop } from './build-shop.js';
import { findFiles, THUMBS } from './count.js';
import type { Place } from './place.js';

/** Where an original is after the night, compared byte for byte; each with its words. */
export const FATES = {
  moved: 'only in the office, a thumb of each picture on the server',
  thumbless: 'only in the office, without the thumb that is owed',
  copied: 'in the office and still on the server',
  kept: 'still on the server only',
  quarantined: 'in quarantine for 7 days',
  thumb: 'of a chat, pictures: only the thumb of each is left',
  gone: 'of a chat, no pictures: removed',
  lost: 'nowhere to be found',
} as const;

/** Where one original is. */
export type Fate = keyof typeof FATES;
// `Object.keys` knows no types; these are the keys of the constant above.
export const FATES_IN_ORDER = Object.keys(FATES) as readonly Fate[];

/** An original, and where it is. */
export interface Found {
  readonly original: Original;
  readonly fate: Fate;
}

/** What a look at both disks has shown. */
export interface Proof {
  readonly found: readonly Found[];
  /** How many originals the office ought to hold, and how many it holds byte for byte. */
  readonly wanted: number;
  readonly held: number;
  /** What is not as it should be, in words; empty when all is well. */
  readonly faults: readonly string[];
}

const THUMB_PIXELS = 300;
const isPicture = (path: string) => !path.endsWith('.pdf');
const inOffice = (fate: Fate) => fate === 'moved' || fate === 'thumbless' || fate === 'copied';

/** Looks for every original on both disks, compares SHA-256, and judges. Asks neither the database nor the commands. */
export async function prove(place: Place, shop: Shop): Promise<Proof> {
  const waiting = await findFiles(place.root, `${QUARANTINE}/**`);
  const found: Found[] = [];
  const faults: string[] = [];
  let [wanted, held] = [0, 0];
  for (const original of shop.originals) {
    const [ought, fate] = [fateDue(original), await fateOf(original, place, waiting)];
    found.push({ original, fate });
    if (inOffice(ought)) wanted += 1;
    if (inOffice(ought) && inOffice(fate)) held += 1;
    if (fate !== ought) faults.push(`${original.path}: ${FATES[fate]} (it should be: ${FATES[ought]})`);
  }
  return { found, wanted, held, faults };
}

/** What the night owes a file, told from the order's state and the file's role alone. */
function fateDue({ order, role, path }: Original): Fate {
  const { state } = order.plan;
  if (state === 'unfinished' || state === 'young' || role === 'fresh' || role === 'unlisted') return 'kept';
  const isFinished = state === 'finished';
  if (role === 'trash') return isFinished ? 'quarantined' : 'kept';
  if (role !== 'discuss') return isFinished ? 'moved' : 'copied';
  if (!isFinished) return 'kept';
  return isPicture(path) ? 'thumb' : 'gone';
}

async function fateOf(original: Original, { root, store }: Place, waiting: readonly string[]): Promise<Fate> {
  const { order, path, role } = original;
  const [onServer, isStored] = [await holds(root, path, original), await holds(store, path, original)];
  if (onServer) return isStored ? 'copied' : 'kept';
  const name = path.slice(order.folder.length + 1);
  const hasThumb = await isThumb(join(root, order.folder, THUMBS, name));
  if (isStored) return hasThumb || !isPicture(path) ? 'moved' : 'thumbless';
  for (const other of waiting)
    if (other.endsWith(`/${path}`) && (await holds(root, other, original))) return 'quarantined';
  if (role !== 'discuss') return 'lost';
  return hasThumb ? 'thumb' : 'gone';
}

async function holds(folder: string, path: string, { sha256 }: Original): Promise<boolean> {
  try {
    const bytes = await readFile(join(folder, path));
    return createHash('sha256').update(bytes).digest('hex') === sha256;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

async function isThumb(path: string): Promise<boolean> {
  try {
    const { width, height } = await sharp(await readFile(path)).metadata();
    return width <= THUMB_PIXELS && height <= THUMB_PIXELS;
  } catch {
    return false;
  }
}
