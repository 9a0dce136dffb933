import { type Evidence, ordersIn, QUARANTINE } from './oracle.js';
import type { Tree } from './snapshot.js';

export interface Canonical {
  readonly server: readonly string[];
  readonly store: readonly string[];
  readonly rows: readonly string[];
}

/** A moment of a world without its times and the names of its runs, to compare one way of getting there with another. */
export function canonical({ server, store, rows }: Evidence): Canonical {
  return {
    server: contents(server),
    store: contents(ordersIn(store)),
    rows: rows
      .map(({ order, type, name, isBackedUp, isUnlinked, isMissing, size, sha256 }) =>
        JSON.stringify({ order, type, name, isBackedUp, isUnlinked, isMissing, size, sha256 }),
      )
      .sort(),
  };
}

function contents(tree: Tree): string[] {
  return [...tree]
    .filter(([, entry]) => entry.kind !== 'folder')
    .map(([name, { sha256, mode }]) => `${withoutRun(name)} ${mode.toString(8)} ${sha256}`)
    .sort();
}

function withoutRun(name: string): string {
  const [top, , ...rest] = name.split('/');
  return top === QUARANTINE ? [top, ...rest].join('/') : name;
}
