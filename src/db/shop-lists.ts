import { sql } from 'kysely';
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
  readonly unreadable: boolean;
}

/**
 * Reads the lists of these orders, and answers what opens those of some of them: there are dozens for an order, which are
 * one text until they are needed. An order that has none may be missing.
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
    const order = orders.get(row.id_order);
    if (order === undefined) continue;
    const type = fileTypeOf(Number(row.file_type));
    if (type === null) throw badView(row);
    add(order, type, row.filename);
  }
  return async () => orders;
};

/** All rows of `orderbak_order_raw` that an order has: JSON of an array of arrays, with the columns of `COLUMNS`. */
interface RawLists {
  readonly id_order: number;
  readonly rows: number;
  readonly lists: string;
}

const COLUMNS = ['main', 'ref', 'complete', 'rework', 'discuss'] as const;

/**
 * Opens the lists here, which costs a tenth, and has the database open those of orders with one that is not plain.
 * EXPLAIN (MariaDB 10.11): <derived2> ALL "Using temporary; Using filesort"; in the view j, r and d range id_order.
 */
export const readRawLists: ReadLists = async (database, ids) => {
  // MySQL would send JSON as such, and the client would take it apart too early.
  const { rows } = await sql<RawLists>`
    SELECT id_order, COUNT(*) AS \`rows\`,
      CONVERT(JSON_ARRAYAGG(JSON_ARRAY(${sql.join(COLUMNS.map((column) => sql.ref(column)))})) USING utf8mb4) AS lists
    FROM orderbak_order_raw WHERE ${amongOrders(ids)} GROUP BY id_order`.execute(database.kysely);
  const raw = new Map(rows.map((row) => [row.id_order, row]));
  return async (some) => {
    const orders = new Map<number, OrderLists>();
    const unsure: number[] = [];
    for (const id of some) {
      const row = raw.get(id);
      const lists = row === undefined ? noLists() : openLists(row);
      if (lists === null) unsure.push(id);
      else orders.set(id, lists);
    }
    if (unsure.length === 0) return orders;
    const open = await readLists(database, unsure);
    return new Map([...orders, ...(await open(unsure))]);
  };
};

/** Null where the database has to tell what an order's lists hold. */
function openLists({ rows, lists }: RawLists): OrderLists | null {
  const order = noLists();
  const all = rowsOf(lists);
  if (all?.length !== Number(rows)) return null;
  for (const row of all) {
    for (const [i, type] of COLUMNS.entries()) {
      const text = row[i] ?? '';
      const names = text === '' || type === 'main' ? [text] : namesOfPlainList(text);
      if (names === null) return null;
      for (const name of names) if (name !== '') add(order, type, name);
    }
  }
  return order;
}

/** Null for a text that is longer than the database's `group_concat_max_len`, of which it gives just the beginning. */
function rowsOf(lists: string): readonly (readonly (string | null)[])[] | null {
  try {
    // It is the query above that has written it.
    return JSON.parse(lists) as (string | null)[][];
  } catch {
    return null;
  }
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
