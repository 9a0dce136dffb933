import { randomUUID } from 'node:crypto';
import { type BigIntStats, existsSync, statSync } from 'node:fs';
import { access, constants, link, readdir, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { codeOf, EXIT, messageOf, OrderbakError } from '../errors.js';
import { RunStopped } from '../steps/step.js';
import { syncFolder, writeDurably } from './durable.js';
import { ownerIn } from './owner.js';

/** The file that says: this is the shop's root, and its disk is mounted. */
const ROOT_MARKER = '.orderbak-root';

/** Which folder on which device a root is; another disk that is mounted there is another one. */
export type RootIdentity = string;

/**
 * Throws unless the root is a folder that carries this shop's marker: exit 75 when it is not there or empty (a disk that is
 * not mounted), exit 5 when it is there without the marker or with another shop's. An empty marker is anybody's.
 */
export async function checkRoot(root: string, rootId: string | null): Promise<RootIdentity> {
  const identity = await checkFolder(root);
  const id = await readMarker(root);
  if (id === null) throw (await readdir(root)).length === 0 ? rootEmpty(root) : unmarked(root);
  if (id !== '' && rootId !== null && id !== rootId) throw otherRoot(root);
  return identity;
}

/** Whether the root's disk takes names that differ only by case for one. False where the root has no marker, or cannot be seen. */
export function isCaseBlind(root: string): boolean {
  return existsSync(join(root, ROOT_MARKER.toUpperCase()));
}

/** Throws with exit 75 when the root is not there or empty; it need not carry a marker yet. */
export async function checkThere(root: string): Promise<void> {
  await checkFolder(root);
  if ((await readdir(root)).length === 0) throw rootEmpty(root);
}

/** Throws with exit 75 when the root's file system cannot be written to, as after a disk's error. */
export async function checkWritable(root: string): Promise<void> {
  try {
    await access(root, constants.W_OK);
  } catch (error) {
    // Without the right to write here there may still be the right to write into the order folders.
    if (codeOf(error) === 'EROFS') throw away(root, 'its file system is read-only');
  }
}

/** Which folder the root is at this moment, by its path or by a handle's; null when it cannot be seen. */
export function identityAt(root: string): RootIdentity | null {
  const stats = statSync(root, { bigint: true, throwIfNoEntry: false });
  return stats === undefined ? null : identity(stats);
}

/** The error for a root that is no longer the folder that a run began with; ends the run. */
export function rootReplaced(root: string): RunStopped {
  return new RunStopped(
    EXIT.stopped,
    'root-replaced',
    `the orders' root ${root} was replaced by another folder or disk while the run was under way`,
    'Look at what is mounted there. Nothing more was removed; the next run begins anew.',
  );
}

/**
 * Puts the marker into a root that has none, under `wantedId` if the database knows one already; answers the id that is in force.
 * Throws for a root that carries another shop's marker, and for an empty one where the shop had a root before: that may be
 * the place where its disk is to be mounted.
 */
export async function markRoot(
  root: string,
  wantedId: string | null,
): Promise<{ id: string; written: boolean }> {
  await checkFolder(root);
  const there = await readMarker(root);
  if (there === null && wantedId !== null && (await readdir(root)).length === 0) throw rootEmpty(root);
  if (there !== null && there !== '' && wantedId !== null && there !== wantedId) throw otherRoot(root);
  if (there !== null && there !== '') return { id: there, written: false };
  const id = wantedId ?? randomUUID();
  const path = join(root, ROOT_MARKER);
  const written = `${path}.${randomUUID()}`;
  await writeDurably(there === '' ? path : written, `${written}.tmp`, `${id}\n`, ownerIn(root));
  if (there !== '' && !(await takeName(written, path))) return markRoot(root, wantedId);
  return { id, written: true };
}

/** Gives a file its name unless another process had one there first: of two markers the second would disown the root. */
async function takeName(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    // A disk without hard links.
    await rename(from, to);
  } finally {
    await rm(from, { force: true });
  }
  await syncFolder(dirname(to));
  return true;
}

/** The names of the root: as it was given, and where it really is. Throws with exit 75 when it is not there. */
export async function rootNames(root: string): Promise<string[]> {
  await checkFolder(root);
  return [resolve(root), await realpath(root)];
}

async function checkFolder(root: string): Promise<RootIdentity> {
  try {
    const stats = await stat(root, { bigint: true });
    if (stats.isDirectory()) return identity(stats);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw away(root, messageOf(error));
    throw away(root, 'it does not exist');
  }
  throw away(root, 'it is no folder');
}

function identity({ dev, ino }: BigIntStats): RootIdentity {
  return `${dev}:${ino}`;
}

async function readMarker(root: string): Promise<string | null> {
  try {
    return (await readFile(join(root, ROOT_MARKER), 'utf8')).trim();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw away(root, messageOf(error));
  }
}

/** Ends a run that is under way: what cannot be seen is not to be taken for missing. */
function away(root: string, fault: string): RunStopped {
  const hint = 'Mount its disk, or correct [orders] root; until then nothing is removed.';
  return new RunStopped(EXIT.away, 'root-away', `the orders' root ${root} cannot be used: ${fault}`, hint);
}

function rootEmpty(root: string): RunStopped {
  return away(root, 'it is empty, as a folder is whose disk is not mounted');
}

function unmarked(root: string): OrderbakError {
  const hint =
    'If it is the right folder, run `orderbak migrate`, which writes the marker. Nothing was removed.';
  return new OrderbakError(EXIT.stopped, 'no-marker', `the orders' root ${root} has no ${ROOT_MARKER}`, hint);
}

function otherRoot(root: string): OrderbakError {
  return new OrderbakError(
    EXIT.stopped,
    'other-root',
    `${join(root, ROOT_MARKER)} is the marker of another shop's root`,
    'Check [orders] root and [database] url. If both are right, delete the marker and run `orderbak migrate`.',
  );
}
