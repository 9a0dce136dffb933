import { MARKER, OWN, QUARANTINE } from './places.js';
import type { State } from './state.js';

const TEMPORARY = /\.(tmp|part|plan)$/;

/** I8: leases that nobody gave back, and temporary files, of a state in which nothing runs any more. */
export function leftovers(before: State, after: State): string[] {
  const leases = after.leases
    .filter((lease) => lease.isHeld)
    .map(({ name }) => `I8: the lease ${name} is held`);
  const isOwn = (path: string) => {
    const name = path.slice(path.lastIndexOf('/') + 1);
    return name.startsWith('.orderbak-') && path !== MARKER && path !== QUARANTINE;
  };
  const rooted = Object.keys(after.root)
    .filter((path) => !path.startsWith(`${QUARANTINE}/`))
    .filter((path) => isOwn(path) || TEMPORARY.test(path));
  const stored = Object.entries(after.store)
    .filter(([, entry]) => entry.kind !== 'folder')
    .map(([path]) => path)
    // The shop may call its own files so.
    .filter((path) => (TEMPORARY.test(path) && before.root[path] === undefined) || isOwnLeftover(path));
  return [
    ...leases,
    ...rooted
      .filter((path) => before.root[path] === undefined)
      .map((path) => `I8: ${path} was left below the root`),
    ...stored
      .filter((path) => before.store[path] === undefined)
      .map((path) => `I8: ${path} was left in the store`),
  ];
}

/** Anything in the store's own folder but the catalog. */
function isOwnLeftover(path: string): boolean {
  return path.startsWith(`${OWN}/`) && !/^\.orderbak\/catalog\.sqlite(-wal|-shm|-journal)?$/.test(path);
}
