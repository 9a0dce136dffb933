import { foldBaseName } from './file-name.js';
import { type BakFile, type FolderFacts, isSameFile, type Receipt } from './order.js';
import { type Retention, whyKept, whyUnclear } from './retention.js';

/** Whether a path may go. If it may: the rows that its removal closes, and the receipt that its bytes must match. */
export type Verdict =
  | { readonly allowed: true; readonly rows: readonly BakFile[]; readonly receipt: Receipt | null }
  | { readonly allowed: false; readonly reason: string };

/**
 * Decides for one path on what every record that names it says: all of them must allow the removal.
 * Records whose names differ only by case or Unicode form, or were stored with a path, count as naming it too.
 * A null receipt in the answer means that only discuss rows name the path.
 */
export function judgeRemoval(facts: FolderFacts, filename: string, retention: Retention): Verdict {
  const unclear = whyUnclear(facts, retention);
  if (unclear !== null) return kept(unclear);
  const folded = foldBaseName(filename);
  const namesIt = (record: { readonly filename: string }) => foldBaseName(record.filename) === folded;
  const rows = facts.recorded.filter(namesIt);
  const named = facts.named.filter(namesIt);
  for (const id of new Set([...rows, ...named].map((record) => record.orderId))) {
    const order = facts.orders.find((candidate) => candidate.id === id);
    const reason = order === undefined ? `the shop no longer knows order ${id}` : whyKept(order, retention);
    if (reason !== null) return kept(reason);
  }
  const unrecorded = named.find((file) => !rows.some((row) => isSameFile(row, file)));
  if (unrecorded !== undefined) {
    return kept(`order ${unrecorded.orderId} names it as ${unrecorded.type} too, which is not recorded yet`);
  }
  for (const row of rows) {
    const reason = row.type === 'discuss' ? null : whyNotHeldByOffice(row, filename);
    if (reason !== null) return kept(reason);
  }
  return withReceipt(
    rows.filter((row) => row.filename === filename),
    rows.filter((row) => row.filename !== filename),
  );
}

function whyNotHeldByOffice(row: BakFile, filename: string): string | null {
  const whose = `(order ${row.orderId}, ${row.type})`;
  if (row.bakTime === null && row.filename !== filename)
    return `"${row.filename}", which some file systems take for the same name, is not backed up yet ${whose}`;
  if (row.bakTime === null) return `it is not backed up yet ${whose}`;
  if (row.receipt !== null) return null;
  return `row ${row.id} was marked without a receipt; \`orderbak mark-backed-up ${row.id}\` records one on your word`;
}

function withReceipt(rows: readonly BakFile[], twins: readonly BakFile[]): Verdict {
  if (rows.length === 0) return kept('no record names it');
  const receipts = rows.flatMap((row) => (row.type !== 'discuss' && row.receipt ? [row.receipt] : []));
  const receipt = receipts[0] ?? null;
  if (receipt !== null && receipts.some((other) => !sameReceipt(other, receipt))) {
    return kept('its records hold different receipts');
  }
  // Where the file system takes both names for one, these are bytes that the office was to keep, and no receipt speaks of them.
  const twin = receipt === null ? twins.find((row) => row.type !== 'discuss') : undefined;
  if (twin !== undefined) return kept(`its name is too much like "${twin.filename}" (${twin.type})`);
  return { allowed: true, rows: rows.filter((row) => row.unlinkTime === null), receipt };
}

/** Whether a row is one that the task of this rule starts from, as long as its file is there. */
export function isOpen(row: BakFile, rule: 'discuss' | 'backed-up'): boolean {
  if (row.unlinkTime !== null) return false;
  return rule === 'discuss' ? row.type === 'discuss' : row.type !== 'discuss' && row.bakTime !== null;
}

/** Whether two receipts speak of the same bytes. */
export function sameReceipt(a: Receipt, b: Receipt): boolean {
  return a.size === b.size && a.sha256.toLowerCase() === b.sha256.toLowerCase();
}

function kept(reason: string): Verdict {
  return { allowed: false, reason };
}
