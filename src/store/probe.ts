import {
  constants,
  mkdtemp,
  open,
  readdir,
  readFile,
  realpath,
  rm,
  stat,
  statfs,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { OWN_PREFIX } from '../domain/file-name.js';
import type { Room } from '../domain/room.js';
import { codeOf, EXIT, messageOf, OrderbakError } from '../errors.js';
import { writeDurably } from './durable.js';
import type { PictureResult, Pictures } from './pictures.js';

/** The room on the disk of a folder. Null where the disk does not tell: it says that it has none at all. */
export async function roomOf(folder: string): Promise<Room | null> {
  const { bavail, blocks, bsize } = await statfs(folder);
  return blocks === 0 ? null : { free: bavail * bsize, total: blocks * bsize };
}

/** How many folders lie in a folder. Throws with exit 75 when it cannot be read. */
export async function countFolders(folder: string): Promise<number> {
  try {
    return (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory()).length;
  } catch (error) {
    const hint = 'Is it the right folder, and may this user read it?';
    throw new OrderbakError(EXIT.away, 'not-readable', `${folder}: ${messageOf(error)}`, hint, error);
  }
}

/** Whose a folder is. */
export async function ownerOf(folder: string): Promise<{ uid: number; gid: number }> {
  const { uid, gid } = await stat(folder);
  return { uid, gid };
}

const OTHERS_READ = 0o004;
const OTHERS_PASS = 0o001;

/** Whether everybody on this machine can read a file: it lets them, and so does each folder above it. Never on Windows. */
export async function isOpenToAll(file: string): Promise<boolean> {
  if (process.platform === 'win32') return false;
  const lets = async (path: string, what: number) => ((await stat(path)).mode & what) !== 0;
  let path = await realpath(file);
  if (!(await lets(path, OTHERS_READ))) return false;
  for (; path !== dirname(path); path = dirname(path))
    if (!(await lets(dirname(path), OTHERS_PASS))) return false;
  return true;
}

/** Writes a small file into a folder durably, reads it back and removes it. Throws with exit 75 when that cannot be done. */
export async function tryWriting(folder: string): Promise<void> {
  const path = join(folder, `${OWN_PREFIX}-doctor-${process.pid}`);
  try {
    await writeDurably(path, `${path}.tmp`, path);
    if ((await readFile(path, 'utf8')) !== path)
      throw new Error('it gives back other bytes than were written');
  } catch (error) {
    const hint = `The user that runs orderbak must be able to write into ${folder}.`;
    throw new OrderbakError(EXIT.away, 'not-writable', `${folder}: ${messageOf(error)}`, hint, error);
  } finally {
    // What cannot be removed was not made, or is told above: that is what matters.
    await rm(path, { force: true }).catch(() => {});
  }
}

/** Whether a file is there. Throws with exit 75 when it is, and nothing can be added to it. */
export async function mustBeWritable(path: string): Promise<boolean> {
  try {
    await (await open(path, constants.O_WRONLY | constants.O_APPEND)).close();
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    const hint = `The user that runs orderbak must be able to write to ${path}.`;
    throw new OrderbakError(EXIT.away, 'not-writable', `${path}: ${messageOf(error)}`, hint, error);
  }
}

/** A picture of 2 × 2 pixels in PNG. */
export const SMALL_PICTURE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAACXBIWXMAAAPoAAAD6AG1e1JrAAAAEklEQVQImWM4UaFxokKDAUIBACnuBaHUWYGdAAAAAElFTkSuQmCC',
  'base64',
);

/** Makes a thumb of a small picture in the temporary folder. */
export function tryThumb(pictures: Pictures): Promise<PictureResult> {
  return inTemporaryFolder(async (folder) => {
    const path = join(folder, 'picture.png');
    await writeFile(path, SMALL_PICTURE);
    return pictures.render({ path, name: 'picture.png' });
  });
}

/** Works in a new temporary folder, which is removed afterwards. */
export async function inTemporaryFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'orderbak-doctor-'));
  return work(folder).finally(() => rm(folder, { recursive: true, force: true }));
}

/** Whether a file of a store holds just these bytes. */
export async function isStored(store: string, path: string, bytes: Buffer): Promise<boolean> {
  return bytes.equals(await readFile(join(store, path)));
}
