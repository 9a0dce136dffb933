import { keepSetOf, whyNoTrash, whyNotTrash } from '../domain/keep-set.js';
import type { FolderFacts } from '../domain/order.js';
import type { Retention } from '../domain/retention.js';
import { Doubt } from '../errors.js';
import type { OrderFolder, Stamp } from './ports.js';
import { type Outcome, sumOf, troubleOf } from './step.js';

/** A file that nobody knows, and what it was when it was found. */
export interface Trash {
  readonly name: string;
  readonly stamp: Stamp;
}

export interface Findings {
  readonly trash: readonly Trash[];
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
  facts: FolderFacts,
  folder: OrderFolder,
  retention: Retention,
  youngest: number,
): Promise<Findings> {
  const keep = keepSetOf(facts);
  const { files, others } = await folder.list();
  const guard = whyNoTrash(facts, files, keep, retention);
  const trash: Trash[] = [];
  const troubles: Outcome[] = [];
  const unknown = [...files, ...others].filter((name) => !keep.names.has(name));
  for (const name of unknown) {
    try {
      const reason = guard?.reason ?? whyNotTrash(name, keep);
      if (reason !== null) throw new Doubt(reason);
      const stamp = await folder.look(name);
      if (stamp === null) continue;
      if (Number(stamp.mtimeNs / 1_000_000n) > youngest) throw new Doubt('it is too young to be trash');
      trash.push({ name, stamp });
    } catch (error) {
      troubles.push(troubleOf(null, `${facts.folder}/${name}`, error));
    }
  }
  // Without the files that earlier steps removed, a cleared folder's last piece of trash would be all of its files.
  const removed = new Set(facts.recorded.filter((row) => row.unlinkTime !== null).map((row) => row.filename));
  const seen = new Set([...files, ...removed]).size;
  return {
    trash,
    troubles: sumOf(troubles),
    seen,
    alarming: guard?.alarming === true && unknown.some((name) => !keep.restored.has(name)),
  };
}
