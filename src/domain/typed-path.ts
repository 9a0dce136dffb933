import { isAbsolute, relative, resolve, sep } from 'node:path';
import { QUARANTINE } from './file-name.js';

/** A file below the root. */
export interface FilePlace {
  /** With `/` between its parts. */
  readonly folder: string;
  readonly filename: string;
}

/**
 * The file that somebody means who types a path: an absolute one below one of the `roots` (one folder may have several
 * names), one that leads there from the folder `cwd`, or `<order folder>/<filename>`. A path in the quarantine means
 * the place from which the file came. Null for what is outside, and for the root or a single name in it.
 */
export function placeTyped(typed: string, cwd: string, roots: readonly string[]): FilePlace | null {
  const below = roots.map((root) => pathBelow(root, resolve(cwd, typed))).find((path) => path !== null);
  const path = below ?? (isAbsolute(typed) ? '' : typed);
  const parts = path.split(SEPARATOR).filter((part) => part !== '' && part !== '.');
  const folders = parts[0] === QUARANTINE ? parts.slice(2) : parts;
  const filename = folders.pop();
  if (filename === undefined || folders.length === 0 || parts.includes('..')) return null;
  return { folder: folders.join('/'), filename };
}

/** On Linux a backslash may be part of a name. */
const SEPARATOR = sep === '/' ? '/' : /[/\\]/;

function pathBelow(root: string, path: string): string | null {
  const below = relative(root, path);
  return below === '..' || below.startsWith(`..${sep}`) || isAbsolute(below) ? null : below;
}
