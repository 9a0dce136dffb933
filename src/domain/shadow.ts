import { afterInsert, NO_ROW } from './after-insert.js';
import { baseName, foldBaseName } from './file-name.js';
import { groupBy } from './group-by.js';
import { isHistory, markText, type WatchSpan } from './old-mark.js';
import { type BakFile, type FolderFacts, isSameFile } from './order.js';
import { isOpen, judgeRemoval, type Verdict } from './removal.js';
import { type Retention, whyKept } from './retention.js';
import { claimsPicture } from './thumb-format.js';

/**
 * In what orderbak and an old system differ about a file, the gravest first. The last two are no differences: what could
 * not be compared, and files that the old system says are backed up, of which nothing is known that the copy could be
 * compared with.
 */
export const KINDS = [
  'removed',
  'gone',
  'no-thumb',
  'would-remove',
  'still-there',
  'recorded',
  'unrecorded',
  'unclear',
  'unproven',
] as const;
/** One of these kinds. */
export type Kind = (typeof KINDS)[number];

/** Whether a kind says that the two would have done, or would do, different things. */
export function isDifference(kind: Kind): boolean {
  return kind !== 'unclear' && kind !== 'unproven';
}

/** What is to be told of a file. */
export interface FileFinding {
  readonly kind: Kind;
  /** The row of the old system's table; null where it has none. */
  readonly id: number | null;
  readonly orderId: number;
  /** Below the root; '' when it cannot be told. */
  readonly folder: string;
  readonly filename: string;
  /** By which rule of orderbak's, in words. */
  readonly reason: string;
}

/** What lies in an order folder. */
export interface OnDisk {
  /** Files, and what else is no folder. */
  readonly names: ReadonlySet<string>;
  /** Those of them that are trash. */
  readonly trash: readonly string[];
  /** Null when it cannot be told which thumbs there are. */
  readonly thumbs: ReadonlySet<string> | null;
}

/** By which rule orderbak decides, and what of the old system's work is looked at. */
export interface Watch extends WatchSpan {
  readonly retention: Retention;
}

/** Compares what orderbak would decide tonight of each file of a folder with the old system's marks, and with the disk. */
export function compareFolder(facts: FolderFacts, disk: OnDisk, watch: Watch): FileFinding[] {
  const tonight = afterInsert(facts, watch.retention);
  // All records that can have a say about a name: a removal is judged on these alone, and a folder may have thousands.
  const foldedOf = (record: { readonly filename: string }) => foldBaseName(record.filename);
  const recorded = groupBy(tonight.recorded, foldedOf);
  const named = groupBy(tonight.named, foldedOf);
  const records = [...tonight.recorded, ...tonight.named];
  const [first] = facts.orders;
  const findings: FileFinding[] = [];
  for (const [filename, own] of groupBy(records, (record) => record.filename)) {
    const folded = foldBaseName(filename);
    const about = { ...tonight, recorded: recorded.get(folded) ?? [], named: named.get(folded) ?? [] };
    const found = compareFile(filename, about, disk, watch);
    const row = about.recorded.find((each) => each.filename === filename && each.id !== NO_ROW);
    const orderId = row?.orderId ?? own[0]?.orderId ?? 0;
    if (found !== null)
      findings.push({ ...found, id: row?.id ?? null, orderId, folder: facts.folder, filename });
  }
  const place = { id: null, orderId: first?.id ?? 0, folder: facts.folder };
  for (const filename of disk.trash)
    findings.push({ kind: 'would-remove', ...place, filename, reason: 'trash: nobody names it' });
  return findings;
}

type Said = Pick<FileFinding, 'kind' | 'reason'>;

/** A name of a folder. */
interface Case {
  readonly filename: string;
  /** Those of tonight, with no other records than those that can have a say about this name. */
  readonly facts: FolderFacts;
  /** The rows of just this name. */
  readonly rows: readonly BakFile[];
  readonly isThere: boolean;
  /** What orderbak would decide if the old system's marks were the office's receipts. */
  readonly believed: Verdict;
}

function compareFile(filename: string, facts: FolderFacts, disk: OnDisk, watch: Watch): Said | null {
  const rows = facts.recorded.filter((row) => row.filename === filename);
  const isThere = disk.names.has(filename) || disk.names.has(baseName(filename));
  const asSaid = { ...facts, recorded: facts.recorded.map(atItsWord) };
  const believed = judgeRemoval(asSaid, filename, watch.retention);
  const one: Case = { filename, facts, rows, isThere, believed };
  const unlinked = rows.find((row) => row.unlinkTime !== null);
  return unlinked === undefined && isThere
    ? compareStaying(one, watch)
    : compareRemoved(one, unlinked, disk, watch);
}

/** A file that the old system says it removed (`unlinked`), or that is not there. */
function compareRemoved(
  { filename, rows, isThere, believed }: Case,
  unlinked: BakFile | undefined,
  disk: OnDisk,
  watch: Watch,
): Said | null {
  if (isHistory(rows, watch)) return null;
  if (believed.allowed) {
    const when = markText(unlinked?.unlinkTime ?? null, watch.zone);
    if (isThere) return { kind: 'still-there', reason: `marked as removed${when}` };
    const lacksThumb = claimsPicture(filename) && disk.thumbs?.has(filename) === false;
    return lacksThumb ? { kind: 'no-thumb', reason: 'orderbak leaves a thumb, or keeps the picture' } : null;
  }
  if (unlinked === undefined) return { kind: 'gone', reason: believed.reason };
  return { kind: 'removed', reason: `${believed.reason}${isThere ? '; the file is still there' : ''}` };
}

/** A file that is there, and that nobody says is removed. */
function compareStaying({ filename, facts, rows, believed }: Case, watch: Watch): Said | null {
  const { retention, zone } = watch;
  const proven = judgeRemoval(facts, filename, retention);
  if (proven.allowed && rows.some((row) => isOpen(row, 'discuss') || isOpen(row, 'backed-up')))
    return { kind: 'would-remove', reason: proven.receipt === null ? 'of a discussion' : 'backed up' };
  const reason = rows.map((row) => whyNotRecorded(row, facts, retention)).find((each) => each !== null);
  if (reason) return isHistory(rows, watch) ? null : { kind: 'recorded', reason };
  const fresh = rows.find((row) => row.id === NO_ROW);
  if (fresh !== undefined) return { kind: 'unrecorded', reason: deedOf(fresh) };
  const unproven = rows.find((row) => isOpen(row, 'backed-up') && row.receipt === null);
  if (unproven === undefined || !believed.allowed) return null;
  return {
    kind: 'unproven',
    reason: `marked as backed up${markText(unproven.bakTime, zone)}, without a receipt`,
  };
}

function deedOf({ orderId, type }: BakFile): string {
  return `order ${orderId} names it as ${type}; it would be recorded and ${type === 'discuss' ? 'removed' : 'copied'}`;
}

/** Why orderbak would not have written this row, in words; null when it would. */
function whyNotRecorded(row: BakFile, { orders, named }: FolderFacts, retention: Retention): string | null {
  const order = orders.find(({ id }) => id === row.orderId);
  if (order === undefined) return `the shop no longer knows order ${row.orderId}`;
  const isNamed = named.some((file) => isSameFile(file, row));
  return whyKept(order, retention) ?? (isNamed ? null : `order ${order.id} does not name it as ${row.type}`);
}

/** A row as if the old system's mark were the office's receipt; all are alike, so that they speak of the same bytes. */
function atItsWord(row: BakFile): BakFile {
  return row.bakTime === null ? row : { ...row, receipt: { size: 0, sha256: '' } };
}
