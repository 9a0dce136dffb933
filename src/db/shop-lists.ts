import type { Census } from '../domain/census.js';
import { type FileType, fileTypeOf } from '../domain/file-type.js';
import { groupBy } from '../domain/group-by.js';
import { namesOfPlainList } from '../domain/plain-list.js';
import { textOf } from './bytes.js';
import { badView, readNamed, readUnreadable } from './folder-reads.js';
import { amongOrders, idOf } from './order-ids.js';
import type { Database, Tables } from './tables.js';

/** What an order's lists name. */
export interface OrderLists {
  readonly named: { readonly filename: string }[];
  readonly counts: Record<Exclude<keyof Census, 'orders'>, number>;
  readonly unreadable: boolean;
}

/**
 * Reads the lists of these orders, and answers what opens those of some of them: there are dozens for an order, which stay
 * closed until they are needed. An order that has none may be missing.
 */
export type ReadLists = (
  database: Database,
  ids: readonly number[],
) => Promise<(some: readonly number[]) => Promise<ReadonlyMap<number, OrderLists>>>;

/** Has the database open each list, by the views that every shop has. Throws for a file of a type that means nothing. */
export const readLists: ReadLists = async (database, ids) => {
  const [unreadable, named] = await Promise.all([readUnreadable(database, ids), readNamed(database, ids)]);
  const orders = new Map(ids.map((id) => [id, { ...noLists(), unreadable: unreadable.has(id) }]));
  for (const row of named) {
    const order = orders.get(idOf(row.id_order));
    if (order === undefined) continue;
    const type = fileTypeOf(Number(row.file_type));
    if (type === null) throw badView(row);
    add(order, type, textOf(row.filename));
  }
  return async () => orders;
};

type RawRow = Tables['orderbak_order_raw'];
const LISTS = ['ref', 'complete', 'rework', 'discuss'] as const;

/**
 * Opens the lists here, which costs a tenth, and has the database open those of orders with one that is not plain.
 * EXPLAIN (MariaDB 10.11): <derived2> ALL; in the view j, r and d range id_order "Using index condition".
 */
export const readRawLists: ReadLists = async (database, ids) => {
  const rows = await database.kysely
    .selectFrom('orderbak_order_raw')
    .selectAll()
    .where(amongOrders(database.engine, ids))
    .execute();
  const rowsOf = groupBy(rows, (row) => idOf(row.id_order));
  return async (some) => {
    const orders = new Map<number, OrderLists>();
    const unsure: number[] = [];
    for (const id of some) {
      const lists = openLists(rowsOf.get(id) ?? []);
      if (lists === null) unsure.push(id);
      else orders.set(id, lists);
    }
    if (unsure.length === 0) return orders;
    const open = await readLists(database, unsure);
    return new Map([...orders, ...(await open(unsure))]);
  };
};

/** Null where the database has to tell what an order's lists hold. */
function openLists(rows: readonly RawRow[]): OrderLists | null {
  const order = noLists();
  for (const row of rows) {
    const main = textOf(row.main);
    if (main !== null && main !== '') add(order, 'main', main);
    for (const type of LISTS) {
      const text = textOf(row[type]);
      const names = text === null || text === '' ? [] : namesOfPlainList(text);
      if (names === null) return null;
      for (const name of names) if (name !== '') add(order, type, name);
    }
  }
  return order;
}

function add({ named, counts }: OrderLists, type: FileType, filename: string): void {
  named.push({ filename });
  counts[type] += 1;
}

/** The lists of an order that has none. */
export function noLists(): OrderLists {
  return {
    named: [],
    counts: { main: 0, ref: 0, complete: 0, rework: 0, discuss: 0 },
    unreadable: false,
  };
}
