import { createHash } from 'node:crypto';
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import sharp from 'sharp';
import type { Entry, Picture, Tree } from './state.js';

/** Larger ones are looked at for their bytes only; none of the suite's honest pictures is. */
const MOST_PIXELS = 50_000_000;
const CLAIMS = /\.(jpe?g|png|gif|webp|avif|svg|tiff?|bmp|heic)$/i;

/** Reads everything below a folder, links unfollowed; entries for which `skip` says yes are left out, with all below them. */
export async function readTree(root: string, skip: (path: string) => boolean = () => false): Promise<Tree> {
  const tree: Record<string, Entry> = {};
  await walk(Buffer.from(root), '', tree, skip);
  return tree;
}

async function walk(
  folder: Buffer,
  prefix: string,
  tree: Record<string, Entry>,
  skip: (path: string) => boolean,
): Promise<void> {
  const names = await readdir(folder, { encoding: 'buffer' }).catch(goneMeanwhile([]));
  for (const bytes of names.sort(Buffer.compare)) {
    const path = `${prefix}${nameOf(bytes)}`;
    if (skip(path)) continue;
    const place = Buffer.concat([folder, Buffer.from('/'), bytes]);
    const entry = await entryOf(place, path).catch(goneMeanwhile(null));
    if (entry === null) continue;
    tree[path] = entry;
    if (entry.kind === 'folder') await walk(place, `${path}/`, tree, skip);
  }
}

/** A tree may be read while somebody works on it; what goes in that moment is not there. */
function goneMeanwhile<T>(instead: T): (error: NodeJS.ErrnoException) => T {
  return (error) => {
    if (error.code === 'ENOENT') return instead;
    throw error;
  };
}

function nameOf(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  if (Buffer.from(text, 'utf8').equals(bytes)) return text;
  return [...bytes].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
}

async function entryOf(place: Buffer, path: string): Promise<Entry> {
  const stats = await lstat(place);
  const nothing = { size: 0, content: '', mtimeMs: 0, picture: 'no' } as const;
  if (stats.isDirectory()) return { kind: 'folder', ...nothing };
  if (stats.isSymbolicLink()) return { kind: 'link', ...nothing, content: await readlink(place) };
  if (!stats.isFile()) return { kind: 'other', ...nothing };
  const bytes = await readFile(place);
  const content = createHash('sha256').update(bytes).digest('hex');
  const picture = await pictureOf(bytes, content, path);
  return { kind: 'file', size: bytes.length, content, mtimeMs: stats.mtimeMs, picture };
}

const decoded = new Map<string, Promise<boolean>>();

/** Each content is decoded once, however many worlds hold it. */
async function pictureOf(bytes: Buffer, sha256: string, path: string): Promise<Picture> {
  const known = decoded.get(sha256) ?? decodes(bytes);
  decoded.set(sha256, known);
  if (await known) return 'yes';
  return CLAIMS.test(path) || isMarked(bytes) ? 'broken' : 'no';
}

/** Whether bytes begin as a JPEG, PNG or GIF does. */
function isMarked(bytes: Buffer): boolean {
  return ['ffd8ff', '89504e47', '47494638'].some((mark) => bytes.toString('hex', 0, 4).startsWith(mark));
}

async function decodes(bytes: Buffer): Promise<boolean> {
  try {
    await sharp(bytes, { failOn: 'error', limitInputPixels: MOST_PIXELS }).stats();
    return true;
  } catch {
    return false;
  }
}
