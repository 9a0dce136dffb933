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
  const trash: Trash[] = [];
  const troubles: Outcome[] = [];
  for (const name of sorted.unknown) {
    try {
      mustBeUnknown(name, sorted);
      const stat = await folder.stat(name);
      if (stat === null) continue;
      mustBeOld(Number(stat.mtimeNs / 1_000_000n), youngest);
      trash.push({ name, stat });
    } catch (error) {
      troubles.push(troubleOf(null, `${facts.folder}/${name}`, error));
    }
  }
  return { trash, troubles: sumOf(troubles), seen: sorted.seen, alarming: sorted.alarming };
}

/** The same at a glance, for a plan: nothing may be removed on its word. */
export function glanceForTrash(
  facts: FolderNames,
  view: FolderView,
  retention: Retention,
  youngest: number,
): Findings<Glance> {
  const sorted = sortOut(facts, view.listing, retention);
  const trash: Trash<Glance>[] = [];
  const troubles: Outcome[] = [];
  for (const name of sorted.unknown) {
    try {
      mustBeUnknown(name, sorted);
      const stat = view.stat(name);
      if (stat === null) continue;
      mustBeOld(stat.mtimeMs, youngest);
      trash.push({ name, stat });
    } catch (error) {
      troubles.push(troubleOf(null, `${facts.folder}/${name}`, error));
    }
  }
  return { trash, troubles: sumOf(troubles), seen: sorted.seen, alarming: sorted.alarming };
}

interface Sorted {
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

function mustBeUnknown(name: string, { guard, keep }: Sorted): void {
  const reason = guard?.reason ?? whyNotTrash(name, keep);
  if (reason !== null) throw new Doubt(reason);
}

function mustBeOld(mtimeMs: number, youngest: number): void {
  if (mtimeMs > youngest) throw new Doubt('it is too young to be trash');
}
