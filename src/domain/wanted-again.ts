import { baseName, foldName } from './file-name.js';
import type { FolderFacts } from './order.js';
import { type Retention, whyKept } from './retention.js';

/** Why a file that waits in the quarantine is not deleted for good, in words; null when nobody can miss it. */
export function whyWantedAgain(
  filename: string,
  { unreadable, orders, named, recorded }: FolderFacts,
  retention: Retention,
): string | null {
  const [order] = unreadable;
  if (order !== undefined) return `order ${order} has a list or a record that cannot be read`;
  for (const each of orders) {
    const reason = whyKept(each, retention);
    if (reason !== null) return reason;
  }
  const folded = foldName(filename);
  const record = [...named, ...recorded].find((each) => foldName(baseName(each.filename)) === folded);
  if (record === undefined) return null;
  return `order ${record.orderId} names it as ${record.type} by now; \`orderbak quarantine restore\` brings it back`;
}
