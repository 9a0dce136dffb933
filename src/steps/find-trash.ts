import { type KeepSet, keepSetOf, type NoTrash, whyNoTrash, whyNotTrash } from '../domain/keep-set.js';
import type { FolderNames } from '../domain/order.js';
import type { Retention } from '../domain/retention.js';
import { Doubt } from '../errors.js';
import type { FolderListing, FolderView, Glance, OrderFolder, Stamp } from './ports/disk.js';
import { type Outcome, sumOf, troubleOf } from './step.js';

/** A file that nobody knows, and what it was when it was found. */
export interface Trash<Stat = Stamp> {
  readonly name: string;
  readonly stat: Stat;
}

export interface Findings<Stat = Stamp> {
  readonly trash: readonly Trash<Stat>[];
  /** Unknown files that are held back, each with its reason. */
  readonly troubles: Outcome;
  /** How many files the folder has: those on disk, and those that orderbak took from it. */
  readonly seen: number;
  /** Whether a database that lost some of its rows would look like this. */
  readonly alarming: boolean;
}

/**
 * The folder minus the keep-set: each unknown file is either trash or held back with a reason.
 * `youngest` is the latest mtime that trash may have, in ms since 1970.
 */
export async function findTrash(
  facts: FolderNames,
  folder: OrderFolder,
  retention: Retention,
  youngest: number,
): Promise<Findings> {
  const sorted = sortOut(facts, await folder.list(), retention);
  return findingsOf(sorted, folder.stat, ({ mtimeNs }) => Number(mtimeNs / 1_000_000n) > youngest);
}

/** The same at a glance, for a plan: nothing may be removed on its word. */
export function glanceForTrash(
  facts: FolderNames,
  view: FolderView,
  retention: Retention,
  youngest: number,
): Findings<Glance> {
  const sorted = sortOut(facts, view.listing, retention);
  return findingsOf(sorted, view.stat, ({ mtimeMs }) => mtimeMs > youngest);
}

/** `look` tells what a file is now: null when it is gone; throws Doubt when it is something else. */
function findingsOf<Stat>(
  { folder, keep, guard, unknown, seen, alarming }: Sorted,
  look: (name: string) => Stat | null,
  isYoung: (stat: Stat) => boolean,
): Findings<Stat> {
  const trash: Trash<Stat>[] = [];
  const troubles: Outcome[] = [];
  for (const name of unknown) {
    try {
      const reason = guard?.reason ?? whyNotTrash(name, keep);
      if (reason !== null) throw new Doubt(reason);
      const stat = look(name);
      if (stat === null) continue;
      if (isYoung(stat)) throw new Doubt('it is too young to be trash');
      trash.push({ name, stat });
    } catch (error) {
      troubles.push(troubleOf(null, `${folder}/${name}`, error));
    }
  }
  return { trash, troubles: sumOf(troubles), seen, alarming };
}

interface Sorted {
  readonly folder: string;
  readonly keep: KeepSet;
  readonly guard: NoTrash | null;
  readonly unknown: readonly string[];
  readonly seen: number;
  readonly alarming: boolean;
}

function sortOut(facts: FolderNames, { files, others }: FolderListing, retention: Retention): Sorted {
  const keep = keepSetOf(facts);
  const guard = whyNoTrash(facts, files, keep, retention);
  const unknown = [...files, ...others].filter((name) => !keep.names.has(name));
  return {
    folder: facts.folder,
    keep,
    guard,
    unknown,
    seen: countSeen(facts, files),
    alarming: guard?.alarming === true && unknown.some((name) => !keep.restored.has(name)),
  };
}

/** Without the files that earlier steps removed, a cleared folder's last piece of trash would be all of its files. */
function countSeen({ recorded }: FolderNames, files: readonly string[]): number {
  const removed = recorded.filter((row) => row.unlinkTime !== null);
  if (removed.length === 0) return files.length;
  return new Set([...files, ...removed.map((row) => row.filename)]).size;
}
