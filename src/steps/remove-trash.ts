import type { Clock } from '../domain/clock.js';
import { QUARANTINE } from '../domain/file-name.js';
import type { FolderFacts } from '../domain/order.js';
import type { Retention } from '../domain/retention.js';
import { carryOut, type TakeAway } from './carry-out.js';
import { findTrash, type Trash } from './find-trash.js';
import { freshness } from './freshness.js';
import type { OrderFolder, OrderStore } from './ports/disk.js';
import type { Deletions, Removal } from './ports/removals.js';
import type { Source } from './ports/shop.js';
import { type Applying, type Failure, type Held, type Outcome, sumOf, troubleOf } from './step.js';

/** What removing trash needs. */
export interface RemovingTrash {
  readonly source: Source;
  readonly deletions: Deletions;
  readonly store: OrderStore;
  readonly retention: Retention;
  readonly clock: Clock;
  readonly localNow: () => string;
  /** Younger files are left alone, ms. */
  readonly minAge: number;
  /** How long trash waits in the quarantine, ms; 0 = it is unlinked at once. */
  readonly keep: number;
}

/** Files of one folder that nobody knows; `orderIds` are the orders to ask again about. */
export interface TrashItem {
  readonly folder: string;
  readonly orderIds: readonly number[];
  readonly names: readonly string[];
}

/**
 * Takes trash of one folder: asks the database again, looks again what is trash, and of the item's names takes those that still
 * are. Names that are none any more are skipped or held.
 */
export async function removeTrash(
  item: TrashItem,
  applying: Applying,
  parts: RemovingTrash,
): Promise<Outcome> {
  const { source, deletions, store, retention, clock, localNow, minAge, keep } = parts;
  let folder: OrderFolder | null;
  try {
    folder = await store.openFolder(item.folder);
  } catch (error) {
    return sumOf(item.names.map((name) => troubleOf(null, `${item.folder}/${name}`, error)));
  }
  if (folder === null) return { skipped: item.names.length };
  try {
    const whyStale = freshness(clock);
    const answer = await source.sameFacts(item.orderIds);
    const facts = answer.folders.find((candidate) => candidate.folder === item.folder);
    if (facts === undefined) return { held: item.names.map((name) => moved(item.folder, name)) };
    const now = await findTrash(facts, folder, retention, clock() - minAge);
    const wanted = new Set(item.names);
    const room = keep > 0 ? `${QUARANTINE}/${applying.run}/${item.folder}` : null;
    const allowed = now.trash
      .filter((file) => wanted.has(file.name))
      .map((file) => ({ removal: removalOf(facts, file, room), stamp: file.stat }));
    const isWanted = ({ path }: Held | Failure) => wanted.has(path.slice(item.folder.length + 1));
    const troubles: Outcome = {
      held: (now.troubles.held ?? []).filter(isWanted),
      failed: (now.troubles.failed ?? []).filter(isWanted),
    };
    const carrying = { takeAway: takeTrash, whyStale, mandate: applying, deletions, localNow };
    const removed = await carryOut([{ folder, allowed }], carrying);
    const told = allowed.length + (troubles.held?.length ?? 0) + (troubles.failed?.length ?? 0);
    return sumOf([troubles, removed, { skipped: item.names.length - told }]);
  } finally {
    await folder.close();
  }
}

const takeTrash: TakeAway = async (folder, { filename, quarantine }, stamp) => {
  if (quarantine !== null) return folder.quarantine(filename, stamp, quarantine);
  const gone = await folder.unlink(filename, stamp);
  // The file is gone, and that has to be told; a thumb that cannot go with it is only in nobody's way.
  if (gone) await folder.removeThumb(filename).catch(() => undefined);
  return gone;
};

/** `room`: the folder of the quarantine into which it goes; null = it is unlinked at once. */
function removalOf({ folder, orders }: FolderFacts, file: Trash, room: string | null): Removal {
  const { name: filename, stat: stamp } = file;
  return {
    rule: 'trash',
    folder,
    filename,
    rows: [],
    size: stamp.size,
    sha256: null,
    thumb: 'none: trash',
    quarantine: room && `${room}/${filename}`,
    orderIds: orders.map((order) => order.id),
  };
}

function moved(folder: string, name: string): Held {
  return { id: null, path: `${folder}/${name}`, reason: 'its order moved to another folder' };
}
