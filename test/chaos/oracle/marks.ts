import { heldByOffice } from './places.js';
import { folderOf } from './shop-facts.js';
import type { RecordedRow, State, Told } from './state.js';

/** I2: rows that say more than is true: that the office holds bytes, or that a file is gone. */
export function falseMarks(before: State, after: State, told: Told): string[] {
  const held = heldByOffice(after);
  const known = new Map(before.rows.map((row) => [row.id, row]));
  const found: string[] = [];
  for (const row of after.rows) {
    const was = known.get(row.id);
    if (row.isMarked && row.type !== 5) {
      const reason = whyNotHeld(row, was, held);
      if (reason !== null) found.push(`I2: row ${row.id} (${row.filename}) is marked, but ${reason}`);
    }
    const path = pathOf(row, after);
    if (path === null || after.root[path]?.kind !== 'file' || told.written[path] !== undefined) continue;
    if (row.isUnlinked && was?.isUnlinked !== true)
      found.push(`I2: row ${row.id} says that ${path} is gone, but it is there`);
    if (row.isMissing && was?.isMissing !== true)
      found.push(`I2: row ${row.id} says that ${path} is missing, but it is there`);
  }
  for (const { folder, filename, doneMs } of after.deletions) {
    const path = `${folder}/${filename}`;
    if (doneMs === null || doneMs < before.takenMs || told.written[path] !== undefined) continue;
    if (after.root[path] !== undefined)
      found.push(`I2: the removal of ${path} is called done, but it is there`);
  }
  return found;
}

function whyNotHeld(
  row: RecordedRow,
  was: RecordedRow | undefined,
  held: ReadonlySet<string>,
): string | null {
  // A shop that was adopted has marks of older scripts, which have no receipt.
  if (row.sha256 === null) return was?.isMarked === true && was.sha256 === null ? null : 'has no receipt';
  return held.has(row.sha256) ? null : 'the store does not hold its bytes';
}

function pathOf(row: RecordedRow, { shop }: State): string | null {
  const order = shop.orders.find(({ id }) => id === row.order);
  const folder = order === undefined ? null : folderOf(order);
  return folder === null ? null : `${folder}/${row.filename}`;
}
