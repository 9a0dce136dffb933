import { foldBaseName, foldName } from './file-name.js';
import type { FolderFacts } from './order.js';
import { type Retention, whyFolderKept } from './retention.js';

/** Why a file that waits in the quarantine is not deleted for good, in words; null when nobody can miss it. */
export function whyWantedAgain(filename: string, facts: FolderFacts, retention: Retention): string | null {
  // What the shop has forgotten keeps what is recorded of it, but not trash that lay beside it for ever.
  const orders = facts.orders.filter((order) => !order.isForgotten);
  const reason = whyFolderKept({ ...facts, orders }, retention);
  if (reason !== null) return reason;
  const folded = foldName(filename);
  const record = [...facts.named, ...facts.recorded].find((each) => foldBaseName(each.filename) === folded);
  if (record === undefined) return null;
  return `order ${record.orderId} names it as ${record.type} by now; \`orderbak quarantine restore\` brings it back`;
}
