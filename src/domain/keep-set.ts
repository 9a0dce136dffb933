import { baseName, foldName, isPlainName } from './file-name.js';
import type { FolderFacts } from './order.js';
import { type Retention, whyKept } from './retention.js';

export interface KeepSet {
  readonly names: ReadonlySet<string>;
  readonly folded: ReadonlyMap<string, string>;
  readonly restored: ReadonlySet<string>;
}

/** Every name that any order or row of the folder knows; a name stored with a path keeps its last part as well. */
export function keepSetOf(facts: FolderFacts): KeepSet {
  const names = new Set<string>();
  for (const { filename } of [...facts.named, ...facts.recorded]) names.add(filename).add(baseName(filename));
  const folded = new Map([...names].map((name) => [foldName(name), name]));
  return { names, folded, restored: facts.restored };
}

/** Why nothing in a folder may be taken for trash. */
export interface NoTrash {
  readonly reason: string;
  /** Whether a database that lost some of its rows would look like this. */
  readonly alarming: boolean;
}

/** Why nothing in a folder may be taken for trash; null when trash may be looked for. */
export function whyNoTrash(
  facts: FolderFacts,
  onDisk: readonly string[],
  keep: KeepSet,
  retention: Retention,
): NoTrash | null {
  const unreadable = [...facts.unreadable][0];
  if (unreadable !== undefined) return held(`order ${unreadable} has a list or a record that cannot be read`);
  for (const order of facts.orders) {
    const reason = whyKept(order, retention);
    if (reason !== null) return held(reason);
  }
  const proven =
    onDisk.some((name) => keep.names.has(name)) || facts.recorded.some((row) => row.unlinkTime !== null);
  if (!proven) return alarm('nothing that the database names is in this folder');
  const forgotten = forgottenName(facts);
  if (forgotten === undefined) return null;
  return alarm(
    `the shop no longer names "${forgotten}", which it named before; its lists may have lost more`,
  );
}

/** A recorded file, still on the server, that no list names any more. */
function forgottenName({ named, recorded }: FolderFacts): string | undefined {
  const names = new Set(named.map((file) => file.filename));
  const open = recorded.filter((row) => row.unlinkTime === null && row.missingTime === null);
  return open.find((row) => !names.has(row.filename))?.filename;
}

function held(reason: string): NoTrash {
  return { reason, alarming: false };
}

function alarm(reason: string): NoTrash {
  return { reason, alarming: true };
}

/** Why a file of an unknown name is left, in words; null when it may be trash. */
export function whyNotTrash(name: string, keep: KeepSet): string | null {
  if (!isPlainName(name)) return 'its name is not plain text';
  if (keep.restored.has(name)) return 'it was restored from the quarantine';
  const twin = keep.folded.get(foldName(name));
  return twin === undefined ? null : `its name differs from the known "${twin}" only by case or Unicode form`;
}
