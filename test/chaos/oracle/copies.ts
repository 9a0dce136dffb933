import { readFileSync } from 'node:fs';
import path from 'node:path';
import { finalFiles, SUMS } from './places.js';
import type { State, Told } from './state.js';

/** I3: final names in the store that hold other bytes than the server had under that name, or hold them no longer. */
export function wrongCopies(before: State, after: State, told: Told): string[] {
  const ever = everOnServer(before, after, told);
  const kept = finalFiles(before.store);
  const now = finalFiles(after.store);
  const found: string[] = [];
  for (const [copy, bytes] of kept) {
    if (now.get(copy) !== bytes)
      found.push(`I3: ${copy} was in the store, and its bytes are no longer there`);
  }
  for (const [copy, bytes] of now) {
    if (kept.get(copy) === bytes) continue;
    if (!originalsOf(copy, bytes).some((original) => ever.get(original)?.has(bytes)))
      found.push(`I3: ${copy} holds bytes in the store that the server never had under that name`);
  }
  for (const entry of after.catalog) {
    if (now.get(entry.path) !== entry.sha256)
      found.push(`I3: the catalog says that ${entry.path} holds other bytes than it does`);
  }
  return found;
}

/** All contents that a path below the root is known to have had. */
function everOnServer(before: State, after: State, told: Told): Map<string, Set<string>> {
  const ever = new Map<string, Set<string>>();
  const note = (file: string, bytes: string) => ever.set(file, (ever.get(file) ?? new Set()).add(bytes));
  for (const tree of [before.root, after.root]) {
    for (const [file, entry] of Object.entries(tree)) if (entry.kind === 'file') note(file, entry.content);
  }
  for (const [file, contents] of Object.entries(told.written))
    for (const bytes of contents) note(file, bytes);
  return ever;
}

/** The paths below the root that a copy may be of: its own, and for a second version the one without its mark. */
function originalsOf(copy: string, sha256: string): string[] {
  const version = copy.replace(`~${sha256.slice(0, 8)}`, '');
  const paths = version === copy ? [copy] : [copy, version];
  return paths.flatMap((name) => [name, decoded(name)]);
}

/** Names that the store cannot hold, or needs for itself, are percent-encoded. */
function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

/** I3 for the lists of hashes that `sha256sum -c` reads, of the store as it lies on the disk now. */
export function wrongSums(after: State, store: string): string[] {
  const found: string[] = [];
  for (const list of Object.keys(after.store).filter((file) => file.endsWith(`/${SUMS}`))) {
    const folder = path.posix.dirname(list);
    for (const line of readFileSync(path.join(store, list), 'utf8').split('\n')) {
      // A name may hold a line separator that is none for sha256sum.
      const [, bytes, name] = /^([0-9a-f]{64}) {2}(.+)$/s.exec(line) ?? [];
      if (line === '') continue;
      if (name === undefined || after.store[`${folder}/${name}`]?.content !== bytes)
        found.push(`I3: ${list} has a line that is not true: ${line}`);
    }
  }
  return found;
}
