import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { versionName } from '../domain/store-name.js';
import { Doubt } from '../errors.js';
import { sha256Of } from './digest.js';
import { renamePatiently } from './durable.js';
import { openRegular } from './regular-file.js';
import { renameSurelyNow } from './rename-surely.js';
import { type Fault, faultOf } from './worker.js';

/** A half file that is whole, verified and durable, and the name that it is to have; SHA-256 in hex. */
export interface Placing {
  readonly half: string;
  readonly own: string;
  readonly sha256: string;
}

/** The name that a file got, and whether nothing had it before; or why it got none. */
export type PlaceGiven = { readonly name: string; readonly isNew: boolean } | { readonly fault: Fault };

/**
 * Gives half files their names in the folder at `base`, one after the other: two may want one name. What has a name already is
 * never replaced by other bytes: for these a second name is found. At once, without waiting for the disk in between, which
 * would take longer than to do it; so it is for a thread of its own.
 */
export async function putInPlace(base: string, placings: readonly Placing[]): Promise<PlaceGiven[]> {
  const given: PlaceGiven[] = [];
  for (const placing of placings)
    given.push(await putOne(base, placing).catch((error: unknown) => ({ fault: faultOf(error) })));
  return given;
}

async function putOne(base: string, { half, own, sha256 }: Placing): Promise<PlaceGiven> {
  for (const name of [own, versionName(own, sha256)]) {
    const path = join(base, name);
    const there = await hashAt(path, name);
    if (there !== null && there !== sha256) continue;
    // Equal bytes are replaced too: of those in the half file it is certain that they are on the disk.
    await renamePatiently(half, path, renameSurelyNow);
    return { name, isNew: there === null };
  }
  throw new Doubt('two other files hold its names in the store already');
}

async function hashAt(path: string, name: string): Promise<string | null> {
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return null;
  const there = await openRegular(path, name);
  if (there === null) return null;
  return sha256Of(there.handle).finally(() => there.handle.close());
}
