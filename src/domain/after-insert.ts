import type { BakFile, FolderFacts, NamedFile } from './order.js';
import { type Retention, whyKept } from './retention.js';

/** The id of a row that nobody has written yet. */
export const NO_ROW = 0;
/** In characters: `insert` records no longer names. */
const LONGEST_NAME = 255;
const UNMARKED = { bakTime: null, receipt: null, unlinkTime: null, missingTime: null, thumbFault: null };

/** What would be known of a folder after an `insert`: every file of its finished orders that are old enough has a row. */
export function afterInsert(facts: FolderFacts, retention: Retention): FolderFacts {
  const due = new Set(facts.orders.filter((order) => whyKept(order, retention) === null).map(({ id }) => id));
  const known = new Set(facts.recorded.map(keyOf));
  const fresh: BakFile[] = [];
  for (const file of facts.named) {
    if (!due.has(file.orderId) || known.has(keyOf(file)) || file.filename.length > LONGEST_NAME) continue;
    known.add(keyOf(file));
    fresh.push({ ...file, id: NO_ROW, ...UNMARKED });
  }
  return { ...facts, recorded: [...facts.recorded, ...fresh] };
}

function keyOf({ orderId, type, filename }: NamedFile): string {
  return `${orderId} ${type} ${filename}`;
}
