import { addCensus, EMPTY_CENSUS } from '../domain/census.js';
import { fileTypeOf } from '../domain/file-type.js';
import type { CountedNames } from '../steps/ports.js';
import { type Folders, orderIdsOf, readRestored } from './folder-reads.js';
import { amongOrders } from './order-ids.js';
import type { OrderLists, ReadLists } from './shop-lists.js';
import type { Database, Tables } from './tables.js';

type RecordedRow = Pick<Tables['tbl_bak_order'], 'id_order' | 'file_type' | 'filename'> & {
  readonly unlinkTime: string | null;
  readonly missingTime: string | null;
};

/** What is known of one order. The rows are kept as they came: there are a hundred of them for each. */
interface OrderNames {
  readonly lists: OrderLists;
  readonly recorded: RecordedRow[];
  unreadable: boolean;
}

/** The names that are known in these folders, read now. */
export async function readKnownNames(
  database: Database,
  folders: Folders,
  readLists: ReadLists,
): Promise<CountedNames[]> {
  const ids = orderIdsOf(folders);
  if (ids.length === 0) return [];
  const [lists, recorded, restored] = await Promise.all([
    readLists(database, ids),
    readRecorded(database, ids),
    readRestored(database, [...folders.keys()]),
  ]);
  const orders = new Map<number, OrderNames>();
  for (const [id, list] of lists) orders.set(id, { lists: list, recorded: [], unreadable: list.unreadable });
  for (const row of recorded) {
    const order = orders.get(row.id_order);
    if (order === undefined) continue;
    // An older script may have written rows that mean nothing.
    if (fileTypeOf(Number(row.file_type)) === null) order.unreadable = true;
    else order.recorded.push(row);
  }
  return Array.from(folders, ([folder, inIt]) => {
    const names = inIt.flatMap((order) => orders.get(order.id) ?? []);
    return {
      folder,
      orders: inIt,
      unreadable: new Set(inIt.filter((_, i) => names[i]?.unreadable).map((order) => order.id)),
      named: together(names.map((each) => each.lists.named)),
      recorded: together(names.map((each) => each.recorded)),
      restored: restored.get(folder) ?? new Set(),
      census: names.map((each) => ({ orders: 1, ...each.lists.counts })).reduce(addCensus, EMPTY_CENSUS),
    };
  });
}

function readRecorded({ kysely }: Database, ids: readonly number[]): Promise<RecordedRow[]> {
  return kysely
    .selectFrom('tbl_bak_order')
    .select(['id_order', 'file_type', 'filename', 'unlink_time as unlinkTime', 'missing_time as missingTime'])
    .where(amongOrders(ids))
    .where('filename', 'is not', null)
    .execute();
}

/** Most folders have one order, whose list needs no copy. */
function together<T>(lists: readonly (readonly T[])[]): readonly T[] {
  const [first = []] = lists;
  return lists.length <= 1 ? first : lists.flat();
}
