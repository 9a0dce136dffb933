import type { Census } from '../domain/census.js';
import { type FileType, fileTypeOf } from '../domain/file-type.js';
import { namesOfPlainList } from '../domain/plain-list.js';
import { badView, readNamed, readUnreadable } from './folder-reads.js';
import { amongOrders } from './order-ids.js';
import type { Database } from './tables.js';

/** What an order's lists name. */
export interface OrderLists {
  readonly named: { readonly filename: string }[];
  readonly counts: Record<Exclude<keyof Census, 'orders'>, number>;
  unreadable: boolean;
}

/** Reads the lists of these orders; an order that has none may be missing from the answer. */
export type ReadLists = (
  database: Database,
  ids: readonly number[],
) => Promise<ReadonlyMap<number, OrderLists>>;

/** Has the database open each list, by the views that every shop has. Throws for a file of a type that means nothing. */
export const readLists: ReadLists = async (database, ids) => {
  const [unreadable, named] = await Promise.all([readUnreadable(database, ids), readNamed(database, ids)]);
  const orders = emptyLists(ids);
  for (const row of named) {
    const order = orders.get(row.id_order);
    if (order === undefined) continue;
    const type = fileTypeOf(Number(row.file_type));
    if (type === null) throw badView(row);
    add(order, type, row.filename);
  }
  for (const [id, order] of orders) order.unreadable = unreadable.has(id);
  return orders;
};

const LISTS = ['ref', 'complete', 'rework', 'discuss'] as const;

/**
 * Opens the lists here, which costs a tenth, and has the database open those of orders with one that is not plain.
 * EXPLAIN (MariaDB 10.11): <derived2> ALL; in the view j, r and d range id_order "Using index condition".
 */
export const readRawLists: ReadLists = async (database, ids) => {
  const rows = await database.kysely
    .selectFrom('orderbak_order_raw')
    .selectAll()
    .where(amongOrders(ids))
    .execute();
  const orders = emptyLists(ids);
  const unsure = new Set<number>();
  for (const row of rows) {
    const order = orders.get(row.id_order);
    if (order === undefined) continue;
    if (row.main !== null && row.main !== '') add(order, 'main', row.main);
    for (const type of LISTS) {
      const names = row[type] === null || row[type] === '' ? [] : namesOfPlainList(row[type]);
      if (names === null) unsure.add(row.id_order);
      else for (const name of names) if (name !== '') add(order, type, name);
    }
  }
  if (unsure.size === 0) return orders;
  return new Map([...orders, ...(await readLists(database, [...unsure]))]);
};

function add({ named, counts }: OrderLists, type: FileType, filename: string): void {
  named.push({ filename });
  counts[type] += 1;
}

function emptyLists(ids: readonly number[]): Map<number, OrderLists> {
  const counts = { main: 0, ref: 0, complete: 0, rework: 0, discuss: 0 };
  return new Map(ids.map((id) => [id, { named: [], counts: { ...counts }, unreadable: false }]));
}
