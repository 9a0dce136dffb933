import { type BakRow, readBakRows } from './bak-rows.js';
import { CHECKSUMS, judgeChecksums } from './checksums.js';
import { type Fate, fateOf, type Held } from './fates.js';
import type { PlantedFile } from './planting.js';
import { isSameBytes, snapshot, type Tree } from './snapshot.js';
import { judgeThumb } from './thumb-oracle.js';
import type { World } from './worlds.js';

/** Both disks and the records of a world at one moment, and the server's disk as it was at the beginning. */
export interface Evidence {
  readonly world: World;
  readonly before: Tree;
  readonly server: Tree;
  readonly store: Tree;
  readonly rows: readonly BakRow[];
}

export const MARKER = '.orderbak-root';
export const QUARANTINE = '.orderbak-trash';

export async function gather(world: World, before: Tree): Promise<Evidence> {
  return {
    world,
    before,
    server: await snapshot(world.root),
    store: await snapshot(world.store),
    rows: await world.ask(readBakRows),
  };
}

/** Everything that is not as it must be on the two disks after a whole night; empty if all is well. */
export async function judgeDisks(evidence: Evidence, held: Held): Promise<string[]> {
  const { world, store } = evidence;
  const faults: string[] = [];
  for (const file of world.files.values())
    faults.push(...(await judgeFile(evidence, file, fateOf(file, held))));
  return [
    ...faults,
    ...judgeNothingElseOnServer(evidence, held),
    ...judgeNothingElseInStore(evidence),
    ...judgeChecksums(world.store, ordersIn(store)),
  ];
}

async function judgeFile(evidence: Evidence, file: PlantedFile, fate: Fate): Promise<string[]> {
  const { before, server, store, world } = evidence;
  const faults: string[] = [];
  const original = before.get(file.path);
  if (fate === 'stays') {
    return JSON.stringify(server.get(file.path)) === JSON.stringify(original)
      ? []
      : [`touched: ${file.path}`];
  }
  if (server.has(file.path)) faults.push(`still there: ${file.path}`);
  if (fate === 'stored' && !isSameBytes(store.get(file.path), original))
    faults.push(`not in the store: ${file.path}`);
  if (fate === 'discussed' && store.has(file.path)) faults.push(`chat in the store: ${file.path}`);
  if (fate === 'quarantined' && !isInQuarantine(evidence, file))
    faults.push(`not in quarantine: ${file.path}`);
  // A thumb that the shop made itself is judged as a file of its own: it stays.
  if (owesThumb(file, fate) && !hasShopsThumb(world, file))
    faults.push(...(await judgeThumb(world.root, file)));
  return faults;
}

export function owesThumb(file: PlantedFile, fate: Fate): boolean {
  return (fate === 'stored' || fate === 'discussed') && file.essence !== undefined;
}

export function hasShopsThumb(world: World, file: PlantedFile): boolean {
  return world.files.has(`${file.folder}/thumb/${file.name}`);
}

/** `.orderbak-trash/<run>/<order folder>/<name>`, whatever the run is called. */
export function isInQuarantine({ server, before }: Evidence, file: PlantedFile): boolean {
  return [...server].some(
    ([name, entry]) => quarantined(name) === file.path && isSameBytes(entry, before.get(file.path)),
  );
}

function quarantined(name: string): string | undefined {
  return new RegExp(`^\\${QUARANTINE}/[^/]+/(.+)$`, 's').exec(name)?.[1];
}

function judgeNothingElseOnServer({ world, server }: Evidence, held: Held): string[] {
  const allowed = new Set([MARKER]);
  for (const file of world.files.values()) {
    const fate = fateOf(file, held);
    if (fate === 'stays') allowed.add(file.path);
    if (owesThumb(file, fate)) allowed.add(`${file.folder}/thumb/${file.name}`);
  }
  const isAllowed = (name: string): boolean => {
    const trash = world.files.get(quarantined(name) ?? '');
    return allowed.has(name) || (trash !== undefined && fateOf(trash, held) === 'quarantined');
  };
  return [...server]
    .filter(([name, entry]) => entry.kind !== 'folder' && !isAllowed(name))
    .map(([name]) => `nobody's file on the server: ${name}`);
}

/** The store holds files of the server, their checksums, and at its top what the office needs to keep count. */
function judgeNothingElseInStore({ store, before }: Evidence): string[] {
  return [...ordersIn(store)]
    .filter(([name, entry]) => entry.kind !== 'folder' && !name.endsWith(`/${CHECKSUMS}`))
    .filter(([name, entry]) => !isSameBytes(entry, before.get(name)))
    .map(([name]) => `nobody's file in the store: ${name}`);
}

/** The order folders of a store, without what lies beside them. */
export function ordersIn(store: Tree): Tree {
  return new Map([...store].filter(([name]) => name.includes('/') && !name.startsWith('.')));
}
