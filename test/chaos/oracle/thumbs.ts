import { removed } from './leaving.js';
import { NO_REASON, orderFile, THUMBS } from './places.js';
import { alike, factsOf } from './shop-facts.js';
import type { State, Told } from './state.js';

/** I4: pictures that left the server without a thumb that decodes, or a recorded reason for there being none. */
export function missingThumbs(before: State, after: State, told: Told): string[] {
  const found: string[] = [];
  for (const path of removed(before, after, told)) {
    const file = orderFile(path);
    if (file === null || before.root[path] === undefined || before.root[path].picture === 'no') continue;
    if (!isNamed(file, before, after)) continue;
    if (after.root[`${file.folder}/${THUMBS}/${file.name}`]?.picture === 'yes') continue;
    const told = after.deletions.find(
      ({ folder, filename }) => folder === file.folder && filename === file.name,
    );
    if (NO_REASON.has(told?.thumb ?? '')) found.push(`I4: ${path} left no thumb that decodes, and no reason`);
  }
  return found;
}

/** Trash leaves no thumb. */
function isNamed({ folder, name }: { folder: string; name: string }, before: State, after: State): boolean {
  return [before, after].some(({ shop, rows }) => {
    const { orders, names } = factsOf(shop, folder);
    const recorded = rows.filter((row) => orders.some((order) => order.id === row.order));
    const known = [...names.map((each) => each.name), ...recorded.map((row) => row.filename)];
    return known.some((each) => alike(each) === alike(name));
  });
}
