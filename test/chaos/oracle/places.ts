import type { State, Tree } from './state.js';

export const THUMBS = 'thumb';
export const MARKER = '.orderbak-root';
export const QUARANTINE = '.orderbak-trash';
/** The folder of the store in which catalog and half files lie. */
export const OWN = '.orderbak';
/** What `orderbak_deletion.thumb` says where no reason is given. */
export const NO_REASON: ReadonlySet<string> = new Set(['', 'made', 'kept', 'not-picture']);
export const SUMS = 'SHA256SUMS';

/** An order's file lies flat in its folder: `[folder, name]`; null for every other path below the root. */
export function orderFile(path: string): { folder: string; name: string } | null {
  const [folder = '', name, ...more] = path.split('/');
  return name === undefined || more.length > 0 || folder.startsWith('.orderbak') ? null : { folder, name };
}

/** What lies in the store under the names by which a person finds it, by path. */
export function finalFiles(store: Tree): Map<string, string> {
  const files = Object.entries(store).filter(
    ([path, entry]) => entry.kind === 'file' && !path.startsWith(`${OWN}/`) && !path.endsWith(`/${SUMS}`),
  );
  return new Map(files.map(([path, entry]) => [path, entry.content]));
}

/** The hashes of all that the store holds under final names. */
export function heldByOffice(state: State): Set<string> {
  return new Set(finalFiles(state.store).values());
}

/** Below the home of a user who pulls: on which disk the store lies. */
export const DISK_MEMORY = /(^|\/)\.local(\/share(\/orderbak(\/store-[0-9a-f]+\.json)?)?)?$/;
