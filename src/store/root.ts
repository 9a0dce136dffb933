import { randomUUID } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, EXIT, messageOf, OrderbakError } from '../errors.js';
import { writeDurably } from './durable.js';

/** The file that says: this is the shop's root, and its disk is mounted. */
export const ROOT_MARKER = '.orderbak-root';

/**
 * Throws unless the root is a folder that carries this shop's marker: exit 75 when it is not there or empty (a disk that is
 * not mounted), exit 5 when it is there without the marker or with another shop's. An empty marker is anybody's.
 */
export async function checkRoot(root: string, rootId: string | null): Promise<void> {
  await checkFolder(root);
  const id = await readMarker(root);
  if (id === null) throw (await readdir(root)).length === 0 ? rootEmpty(root) : unmarked(root);
  if (id !== '' && rootId !== null && id !== rootId) throw otherRoot(root);
}

/**
 * Puts the marker into a root that has none, under `wantedId` if the database knows one already; answers the id that is in force.
 * Throws for a root that carries another shop's marker.
 */
export async function markRoot(
  root: string,
  wantedId: string | null,
): Promise<{ id: string; written: boolean }> {
  await checkFolder(root);
  const there = await readMarker(root);
  if (there !== null && there !== '' && wantedId !== null && there !== wantedId) throw otherRoot(root);
  if (there !== null && there !== '') return { id: there, written: false };
  const id = wantedId ?? randomUUID();
  const path = join(root, ROOT_MARKER);
  await writeDurably(path, `${path}.${process.pid}.tmp`, `${id}\n`);
  return { id, written: true };
}

async function checkFolder(root: string): Promise<void> {
  try {
    if ((await stat(root)).isDirectory()) return;
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw away(root, messageOf(error));
    throw away(root, 'it does not exist');
  }
  throw away(root, 'it is no folder');
}

async function readMarker(root: string): Promise<string | null> {
  try {
    return (await readFile(join(root, ROOT_MARKER), 'utf8')).trim();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw away(root, messageOf(error));
  }
}

function away(root: string, fault: string): OrderbakError {
  const hint = 'Mount its disk, or correct [orders] root. Nothing was removed.';
  return new OrderbakError(EXIT.away, 'root-away', `the orders' root ${root} cannot be used: ${fault}`, hint);
}

function rootEmpty(root: string): OrderbakError {
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
