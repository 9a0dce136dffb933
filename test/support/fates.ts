import type { PlantedFile } from './planting.js';

/** What a whole night does to a file. */
export type Fate =
  /** It is where it was, as it was. */
  | 'stays'
  /** The office has it, the server has at most a thumb. */
  | 'stored'
  /** Nobody has it but as a thumb. */
  | 'discussed'
  | 'quarantined';

/** What a test knows to be held back. */
export interface Held {
  /** Orders in which nothing may be touched. */
  readonly orders?: ReadonlySet<number>;
  /** Single files, by their path. */
  readonly paths?: ReadonlySet<string>;
}

export function fateOf(file: PlantedFile, held: Held): Fate {
  if (held.paths?.has(file.path) === true) return 'stays';
  if (file.uses.some((use) => held.orders?.has(use.order) === true)) return 'stays';
  const kinds = new Set(file.uses.map((use) => use.kind));
  if (kinds.has('main') || kinds.has('ref') || kinds.has('complete') || kinds.has('rework')) return 'stored';
  // There is no copy of a chat's picture and no thumb of a damaged one.
  if (kinds.has('discuss')) return file.look === 'damaged' ? 'stays' : 'discussed';
  return kinds.has('trash') ? 'quarantined' : 'stays';
}
