import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isPlainName } from '../domain/file-name.js';
import { SUMS } from '../domain/store-name.js';
import { renamePatiently } from './durable.js';
import { type PlaceGiven, type Placing, putInPlace } from './put-in-place.js';
import { isFile } from './regular-file.js';
import { renameSurelyNow } from './rename-surely.js';
import { type Fault, faultOf } from './worker.js';
import { writeSynced } from './write-whole.js';

/** What the order folder at `base` gets: half files, under names of their own, and a list of all hashes. */
export interface Filling {
  readonly base: string;
  readonly placings: readonly Placing[];
  /** What the list names besides: SHA-256 in hex by name. What it has of other files that are there stays in it. */
  readonly others: ReadonlyMap<string, string>;
  /** Where on the same disk the list is written before it gets its name. */
  readonly temporary: string;
}

/** What became of each placing, in their order, and why there is no new list; null = there is one. */
export interface Filled {
  readonly given: readonly PlaceGiven[];
  readonly fault: Fault | null;
}

/** Fills order folders, as a thread of its own does it. To make their new names durable is left to who asks. */
export async function fillFolders(fillings: readonly Filling[]): Promise<Filled[]> {
  const given: PlaceGiven[][] = [];
  // Folders whose names some file system takes for one are one here: their files go one after the other too.
  for (const { base, placings } of fillings) given.push(await putInPlace(base, placings));
  return Promise.all(
    fillings.map(async (filling, i) => {
      const places = given[i] ?? [];
      const fault = await writeSums(filling, places).then(() => null, faultOf);
      return { given: places, fault };
    }),
  );
}

const LINE = /^([0-9a-f]{64}) {2}(.+)$/;

/**
 * What the list that is there says of files that are there too, but for `known` ones: SHA-256 in hex by name. Where the
 * catalog was lost, and the server has forgotten its own, nobody else has these hashes.
 */
function listedBefore(base: string, known: ReadonlyMap<string, string>): Map<string, string> {
  const list = join(base, SUMS);
  const lines = isFile(list) ? readFileSync(list, 'utf8').split('\n') : [];
  const before = new Map<string, string>();
  for (const line of lines) {
    const [, sha256 = '', name = ''] = LINE.exec(line) ?? [];
    const isOther = isPlainName(name) && name !== SUMS && !known.has(name);
    if (isOther && isFile(join(base, name))) before.set(name, sha256);
  }
  return before;
}

/** Writes the list in the form that `sha256sum -c SHA256SUMS` checks, names in order. */
async function writeSums(
  { base, placings, others, temporary }: Filling,
  given: readonly PlaceGiven[],
): Promise<void> {
  const hashes = new Map([...listedBefore(base, others), ...others]);
  for (const [i, { own, sha256 }] of placings.entries()) {
    const place = given[i];
    if (place === undefined || 'fault' in place) continue;
    // What has the name held these bytes once, and has rotted.
    if (place.name !== own && hashes.get(own) === sha256) hashes.delete(own);
    hashes.set(place.name, sha256);
  }
  const lines = [...hashes]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, sha256]) => `${sha256}  ${name}\n`);
  await writeSynced(temporary, Buffer.from(lines.join('')));
  try {
    await renamePatiently(temporary, join(base, SUMS), renameSurelyNow);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
