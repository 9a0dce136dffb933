import { heldByOffice, MARKER, orderFile, QUARANTINE, THUMBS } from './places.js';
import { alike, type FolderFacts, factsOf, isOver } from './shop-facts.js';
import type { RecordedRow, Shop, State, Told } from './state.js';

const DAY_MS = 86_400_000;

/** I1: what is no longer below the root, although no rule lets it go; judged on the state before. */
export function leavings(before: State, after: State, told: Told): string[] {
  const held = heldByOffice(after);
  const found: string[] = [];
  for (const [path, bytes] of needed(before, told)) {
    const now = after.root[path];
    if (now?.kind === 'file' && now.content === bytes) continue;
    const reason =
      now === undefined
        ? whyItHadToStay({ path, bytes, before, after, told, held })
        : mayBeReplaced(path, before, after, told)
          ? null
          : 'is no longer the file that it was';
    if (reason !== null) found.push(`I1: ${path} ${reason}`);
  }
  for (const [path, entry] of Object.entries(before.root)) {
    if (entry.kind === 'file' || after.root[path]?.kind === entry.kind) continue;
    if (!path.startsWith(`${QUARANTINE}/`)) found.push(`I1: the ${entry.kind} ${path} is gone`);
  }
  return found;
}

/** Files that went: the paths of order files that were there before, or came meanwhile, and are no longer. */
export function removed(before: State, after: State, told: Told): string[] {
  return [...needed(before, told).keys()].filter(
    (path) => orderFile(path) !== null && after.root[path] === undefined,
  );
}

/** The bytes that matter of each path: what the shop put there last. */
function needed(before: State, told: Told): Map<string, string> {
  const bytes = new Map<string, string>();
  for (const [path, entry] of Object.entries(before.root)) {
    if (entry.kind === 'file') bytes.set(path, entry.content);
  }
  for (const [path, contents] of Object.entries(told.written)) {
    const last = contents.at(-1);
    if (last !== undefined) bytes.set(path, last);
  }
  for (const path of told.takenAway) bytes.delete(path);
  return bytes;
}

interface Gone {
  readonly path: string;
  readonly bytes: string;
  readonly before: State;
  readonly after: State;
  readonly told: Told;
  readonly held: ReadonlySet<string>;
}

function whyItHadToStay(gone: Gone): string | null {
  const { path, before, after, told } = gone;
  if (path === MARKER) return 'is the mark of the root, and gone';
  if (path.startsWith(`${QUARANTINE}/`)) return isPurged(path, after, told) ? null : 'left the quarantine';
  const file = orderFile(path);
  if (file === null) return whyThumbHadToStay(path, before.shop, before, after);
  // A removal that was right when it happened stays right: it is enough that the tables allowed it once.
  const shops = [before.shop, ...told.changes.map((change) => change.shop)];
  const speaking = shops.slice(firstSpeaking(path, told));
  const reasons = speaking.map((shop) => whyShopKeeps(file, gone, shop));
  return reasons.includes(null) ? null : (reasons[0] ?? null);
}

/** Tables from before a moment at which the file still lay there do not count. */
function firstSpeaking(path: string, { changes }: Told): number {
  return changes.findLastIndex((change) => change.present?.includes(path) === true) + 1;
}

function whyShopKeeps(file: { folder: string; name: string }, gone: Gone, shop: Shop): string | null {
  const { bytes, before, after, told, held } = gone;
  const facts = factsOf(shop, file.folder);
  if (facts.orders.length === 0) return 'is gone, and no order has that folder';
  const [unreadable] = facts.unreadable;
  if (unreadable !== undefined) return `is gone, although a list of order ${unreadable} cannot be read`;
  const { named, orders, types } = speakersOf(file, facts, [...before.rows, ...after.rows]);
  if (!named) return whyNoTrash(file, facts, gone);
  const open = facts.orders.find((order) => orders.has(order.id) && !isOver(order, told.latestMs));
  if (open !== undefined) return `is gone, although order ${open.id} is not finished or too young`;
  if (isUnmentioned(file, after)) return 'is gone without a word in orderbak_deletion';
  if (held.has(bytes)) return null;
  if (types.some((type) => type !== 5)) return 'is gone, and the store does not hold its bytes';
  const picture = before.root[gone.path]?.picture ?? 'no';
  const thumb = after.root[`${file.folder}/${THUMBS}/${file.name}`]?.picture;
  return picture === 'no' || thumb === 'yes' ? null : 'is gone from a discussion without a thumb';
}

/** Who names a file: lists and records, and by names that a careless disk takes for the same one. */
function speakersOf(
  file: { folder: string; name: string },
  facts: FolderFacts,
  rows: readonly RecordedRow[],
): { named: boolean; orders: ReadonlySet<number>; types: readonly number[] } {
  const ids = new Set(facts.orders.map((order) => order.id));
  const speakers = [
    ...facts.names,
    ...rows
      .filter((row) => ids.has(row.order))
      .map(({ order, type, filename }) => ({ order, type, name: filename })),
  ].filter(({ name }) => alike(name) === alike(file.name));
  return {
    named: speakers.length > 0,
    orders: new Set(speakers.map((speaker) => speaker.order)),
    types: speakers.map((speaker) => speaker.type),
  };
}

/** A file that nobody names is trash where all of its folder's orders are over, and it waits in the quarantine. */
function whyNoTrash(file: { folder: string; name: string }, facts: FolderFacts, gone: Gone): string | null {
  const { before, after, told, path, bytes } = gone;
  const open = facts.orders.find((order) => !isOver(order, told.latestMs));
  if (open !== undefined)
    return `was taken for trash, although order ${open.id} is not finished or too young`;
  const names = new Set(facts.names.map(({ name }) => name));
  const ids = new Set(facts.orders.map((order) => order.id));
  const proven =
    Object.keys(before.root).some(
      (other) => names.has(orderFile(other)?.name ?? '') && inSame(other, path),
    ) || before.rows.some((row) => row.isUnlinked && ids.has(row.order));
  if (!proven) return 'was taken for trash in a folder that holds nothing of what the database names';
  const { mtimeMs = 0 } = before.root[path] ?? {};
  if (mtimeMs > told.latestMs - DAY_MS) return 'was taken for trash when it was younger than a day';
  if (isUnmentioned(file, after)) return 'is gone without a word in orderbak_deletion';
  if (told.keepTrashMs === 0) return null;
  const waits = Object.entries(after.root).some(
    ([other, entry]) =>
      other.startsWith(`${QUARANTINE}/`) && other.endsWith(`/${path}`) && entry.content === bytes,
  );
  const purged = after.deletions.some(
    (deletion) =>
      deletion.quarantine?.endsWith(`/${path}`) === true && isPurged(deletion.quarantine, after, told),
  );
  return waits || purged ? null : 'was taken for trash, and is not in the quarantine';
}

function inSame(path: string, other: string): boolean {
  return path.split('/')[0] === other.split('/')[0];
}

function isUnmentioned(file: { folder: string; name: string }, after: State): boolean {
  return !after.deletions.some(({ folder, filename }) => folder === file.folder && filename === file.name);
}

function isPurged(path: string, after: State, { latestMs, keepTrashMs }: Told): boolean {
  const file = path.replace(`/${THUMBS}/`, '/');
  return after.deletions.some(
    ({ quarantine, doneMs, purgedMs }) =>
      quarantine === file && purgedMs !== null && doneMs !== null && latestMs - doneMs >= keepTrashMs,
  );
}

/** The thumb of a piece of trash goes with it; every other one stays. */
function whyThumbHadToStay(path: string, shop: Shop, before: State, after: State): string | null {
  const [folder = '', thumbs, name, ...more] = path.split('/');
  if (thumbs !== THUMBS || name === undefined || more.length > 0)
    return 'is gone, and was none of the product';
  const facts = factsOf(shop, folder);
  const { named } = speakersOf({ folder, name }, facts, [...before.rows, ...after.rows]);
  const original = `${folder}/${name}`;
  const wasTrash = before.root[original] !== undefined && after.root[original] === undefined && !named;
  return wasTrash ? null : 'is a thumb, and gone';
}

/** A thumb may be made anew that could not be decoded, or shows what its picture was before it was written to. */
function mayBeReplaced(path: string, before: State, after: State, { written }: Told): boolean {
  const [folder = '', thumbs, name = ''] = path.split('/');
  if (thumbs !== THUMBS || after.root[path]?.picture !== 'yes') return false;
  const original = `${folder}/${name}`;
  const [thumb, picture] = [before.root[path], before.root[original]];
  const isOld = (picture?.mtimeMs ?? 0) > (thumb?.mtimeMs ?? 0) || written[original] !== undefined;
  return isOld || thumb?.picture !== 'yes';
}
