import { baseName, foldName, hasPath, isPlainName } from './file-name.js';
import type { FolderNames } from './order.js';
import { type Retention, whyFolderKept } from './retention.js';

/** The names that a folder's orders and rows know. */
export interface KeepSet {
  readonly names: ReadonlySet<string>;
  readonly restored: ReadonlySet<string>;
  /** A recorded file, still on the server, that no list names any more. */
  readonly forgotten: string | undefined;
  /** The known name that some file system takes for the same as this one, if there is one. */
  twinOf(name: string): string | undefined;
}

/** Every name that any order or row of the folder knows; a name stored with a path keeps its last part as well. */
export function keepSetOf({ named, recorded, restored }: FolderNames): KeepSet {
  const names = new Set<string>();
  for (const { filename } of named) names.add(filename);
  const unnamed = recorded.filter((row) => !names.has(row.filename));
  const forgotten = unnamed.find((row) => row.unlinkTime === null && row.missingTime === null)?.filename;
  for (const { filename } of unnamed) names.add(filename);
  for (const name of names) if (hasPath(name)) names.add(baseName(name));
  // Both are built when first needed: most folders hold nothing unknown.
  let all: string | null = null;
  let folded: ReadonlyMap<string, string> | null = null;
  const twinOf = (name: string) => {
    const wanted = foldName(name);
    all ??= foldedLines(names);
    if (all !== '' && !all.includes(`\n${wanted}\n`)) return undefined;
    folded ??= new Map(Array.from(names, (known) => [foldName(known), known]));
    return folded.get(wanted);
  };
  return { names, restored, forgotten, twinOf };
}

/**
 * All names in one text, folded at once, in which nearly every unknown name is quickly seen not to be; '' where one of them
 * is not ASCII, as then a text is not folded like its lines.
 */
function foldedLines(names: ReadonlySet<string>): string {
  const lines = `\n${[...names].join('\n')}\n`;
  return /[^\n -~]/.test(lines) ? '' : lines.toLowerCase();
}

/** Why nothing in a folder may be taken for trash. */
export interface NoTrash {
  readonly reason: string;
  /** Whether a database that lost some of its rows would look like this. */
  readonly alarming: boolean;
}

/** Why nothing in a folder may be taken for trash; null when trash may be looked for. */
export function whyNoTrash(
  facts: FolderNames,
  onDisk: readonly string[],
  keep: KeepSet,
  retention: Retention,
): NoTrash | null {
  const reason = whyFolderKept(facts, retention);
  if (reason !== null) return { reason, alarming: false };
  const proven =
    onDisk.some((name) => keep.names.has(name)) || facts.recorded.some((row) => row.unlinkTime !== null);
  if (!proven) return alarm('nothing that the database names is in this folder');
  if (keep.forgotten === undefined) return null;
  return alarm(
    `the shop no longer names "${keep.forgotten}", which it named before; its lists may have lost more`,
  );
}

function alarm(reason: string): NoTrash {
  return { reason, alarming: true };
}

/** Why a file of an unknown name is left, in words; null when it may be trash. */
export function whyNotTrash(name: string, keep: KeepSet): string | null {
  if (!isPlainName(name)) return 'its name is not plain text';
  if (keep.restored.has(name)) return 'it was restored from the quarantine';
  const twin = keep.twinOf(name);
  return twin === undefined ? null : `its name differs from the known "${twin}" only by case or Unicode form`;
}
