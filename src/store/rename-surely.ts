import { lstatSync, renameSync } from 'node:fs';
import { lstat, rename } from 'node:fs/promises';
import { codeOf, EXIT, OrderbakError } from '../errors.js';

/** Renames, and looks whether it has happened. Throws where the old name is still there. */
export async function renameSurely(from: string, to: string): Promise<void> {
  await rename(from, to);
  await mustBeGone(from);
}

/** The same at once, for a thread that has nothing else to do. */
export function renameSurelyNow(from: string, to: string): void {
  renameSync(from, to);
  if (lstatSync(from, { throwIfNoEntry: false }) !== undefined) throw stillThere();
}

/** A disk that says yes and does nothing must not have its rows closed. Throws where the name is still there. */
export async function mustBeGone(path: string): Promise<void> {
  try {
    await lstat(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    throw error;
  }
  throw stillThere();
}

function stillThere(): OrderbakError {
  const message = 'the system said that it is removed, but it is still there';
  return new OrderbakError(EXIT.failed, 'still-there', message);
}
