import { foldName } from '../domain/file-name.js';
import { type FolderRule, hostOf, meantBy } from '../domain/folder-name.js';
import { groupBy } from '../domain/group-by.js';
import type { Order } from '../domain/order.js';

/**
 * Puts orders into those of these folders that they have a say about: their own, those that the disk takes for theirs, the
 * one among whose thumbs theirs lies, or the one that a misspelt name may mean. `folderName` is `folderOf`, which may remember.
 */
export function placeOrders(
  names: readonly string[],
  orders: readonly Order[],
  rule: FolderRule,
  folderName: (order: Order) => string | null,
): Map<string, Order[]> {
  const folders = new Map(names.map((name) => [name, new Map<number, Order>()]));
  const put = (folder: string | null, order: Order) => {
    const inIt = folders.get(folder ?? '');
    // Of the rows of one order that in doubt counts: another question may have found just one of two.
    if (!inIt?.get(order.id)?.isGivenTwice) inIt?.set(order.id, order);
  };
  const alike = rule.isCaseBlind ? groupBy(names, foldName) : new Map<string, string[]>();
  for (const order of orders) {
    const own = folderName(order);
    const host = own === null ? hostOf(order, rule) : null;
    const twins = own === null || !rule.isCaseBlind ? [] : (alike.get(foldName(own)) ?? []);
    for (const name of twins) if (name !== own) put(name, { ...order, isTwin: true });
    if (own !== null) put(own, order);
    else if (host !== null) put(host, { ...order, isAmongThumbs: true });
    else put(meantBy(order, rule), { ...order, isMisspelt: true });
  }
  return new Map(Array.from(folders, ([name, inIt]) => [name, [...inIt.values()]]));
}

/** Why the folder of an order cannot be told, in words; `order` as the shop has it, undefined where it has none. */
export function whyHomeless(id: number, order: Order | undefined, rule: FolderRule): string {
  if (order === undefined) return `the shop no longer knows order ${id}`;
  const host = hostOf(order, rule);
  return host === null
    ? `the folder of order ${id} cannot be told`
    : `the folder of order ${id} lies among the thumbs of ${host}`;
}
