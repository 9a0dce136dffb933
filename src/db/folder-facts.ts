import { fileTypeOf } from '../domain/file-type.js';
import type { BakFile, FolderFacts, NamedFile } from '../domain/order.js';
import { bakFileColumns, bakFileOf, hasMeaning, namesFile } from './bak-rows.js';
import { textOf } from './bytes.js';
import {
  badView,
  type Folders,
  orderIdsOf,
  readNamed,
  readRestored,
  readUnreadable,
} from './folder-reads.js';
import { amongOrders, idOf } from './order-ids.js';
import type { Database } from './tables.js';

/** What is known of one order. */
interface OrderFacts {
  readonly named: NamedFile[];
  readonly recorded: BakFile[];
  unreadable: boolean;
}

/** Everything that is known of these folders, read now. */
export async function readFolderFacts(database: Database, folders: Folders): Promise<FolderFacts[]> {
  const ids = orderIdsOf(folders);
  if (ids.length === 0) return [];
  const [unreadable, named, recorded, restored] = await Promise.all([
    readUnreadable(database, ids),
    readNamed(database, ids),
    database.kysely
      .selectFrom('tbl_bak_order')
      .select(bakFileColumns)
      .where(amongOrders(database.engine, ids))
      .where(namesFile(database.engine))
      .execute(),
    readRestored(database, [...folders.keys()]),
  ]);
  const orders = new Map<number, OrderFacts>();
  for (const id of ids) orders.set(id, { named: [], recorded: [], unreadable: unreadable.has(id) });
  for (const row of named) {
    const type = fileTypeOf(Number(row.file_type));
    const orderId = idOf(row.id_order);
    const order = orders.get(orderId);
    if (order === undefined) continue;
    if (type === null) throw badView(row);
    order.named.push({ orderId, type, filename: textOf(row.filename) });
  }
  for (const row of recorded) {
    const order = orders.get(idOf(row.id_order));
    if (order === undefined) continue;
    // An older script may have written rows that mean nothing.
    if (hasMeaning(row)) order.recorded.push(bakFileOf(row));
    else order.unreadable = true;
  }
  const none = { named: [], recorded: [], unreadable: false };
  const factsOf = (id: number): OrderFacts => orders.get(id) ?? none;
  return Array.from(folders, ([folder, inIt]) => ({
    folder,
    orders: inIt,
    unreadable: new Set(inIt.map((order) => order.id).filter((id) => factsOf(id).unreadable)),
    named: inIt.flatMap((order) => factsOf(order.id).named),
    recorded: inIt.flatMap((order) => factsOf(order.id).recorded),
    restored: restored.get(folder) ?? new Set(),
  }));
}
