import { lstatSync, renameSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { EXIT, OrderbakError } from '../errors.js';

/** Renames, and looks whether it has happened. Throws where the old name is still there. */
export async function renameSurely(from: string, to: string): Promise<void> {
  await rename(from, to);
  mustBeGone(from);
}

/** The same at once. */
export function renameSurelyNow(from: string, to: string): void {
  renameSync(from, to);
  mustBeGone(from);
}

/** A disk that says yes and does nothing must not have its rows closed. Throws where the name is still there. */
export function mustBeGone(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return;
  const message = 'the system said that it is removed, but it is still there';
  throw new OrderbakError(EXIT.failed, 'still-there', message);
}
