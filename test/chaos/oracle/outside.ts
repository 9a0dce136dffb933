import { DISK_MEMORY, MARKER, orderFile, QUARANTINE, THUMBS } from './places.js';
import type { State, Told, Tree } from './state.js';

/** I5: what changed where nobody had any business, and what appeared below the root that nobody asked for. */
export function strayChanges(before: State, after: State, told: Told): string[] {
  return [
    ...changesOf(withoutMemory(before.outside), withoutMemory(after.outside)).map(
      (change) => `I5: outside the roots: ${change}`,
    ),
    ...strangers(before, after, told).map((path) => `I5: ${path} appeared below the root`),
  ];
}

/** A tree without the file in which a user's `pull` keeps in mind on which disk its store lies, and the folders that it is in. */
function withoutMemory(tree: Tree): Tree {
  return Object.fromEntries(Object.entries(tree).filter(([path]) => !DISK_MEMORY.test(path)));
}

/** What one look at a tree shows otherwise than another. Times of folders change with their entries, which show by themselves. */
export function changesOf(before: Tree, after: Tree): string[] {
  const changes: string[] = [];
  for (const [path, was] of Object.entries(before)) {
    const now = after[path];
    if (now === undefined) changes.push(`${path} is gone`);
    else if (now.kind !== was.kind || now.content !== was.content || now.mtimeMs !== was.mtimeMs)
      changes.push(`${path} changed`);
  }
  for (const path of Object.keys(after)) if (before[path] === undefined) changes.push(`${path} is new`);
  return changes;
}

function strangers(before: State, after: State, told: Told): string[] {
  const known = (path: string) => before.root[path] !== undefined || told.written[path] !== undefined;
  return Object.entries(after.root).flatMap(([path, entry]) => {
    if (known(path) || path === MARKER || path === QUARANTINE || path.startsWith(`${QUARANTINE}/`)) return [];
    const [folder = '', thumbs, name] = path.split('/');
    const isOfThumbs = thumbs === THUMBS && (name === undefined ? entry.kind === 'folder' : true);
    const isThumb =
      isOfThumbs && (name === undefined || known(`${folder}/${name}`) || name.startsWith('.orderbak-'));
    const isFolderOfWritten =
      entry.kind === 'folder' && Object.keys(told.written).some((file) => orderFile(file)?.folder === path);
    return isThumb || isFolderOfWritten ? [] : [path];
  });
}
