import { addCensus, type Census, EMPTY_CENSUS } from '../domain/census.js';
import { fileTypeOf } from '../domain/file-type.js';
import type { CountedNames } from '../steps/ports.js';
import {
  badView,
  type Folders,
  type NamedRow,
  orderIdsOf,
  readNamed,
  readRestored,
  readUnreadable,
} from './folder-reads.js';
import { amongOrders } from './order-ids.js';
import type { Database, Tables } from './tables.js';

type RecordedRow = Pick<Tables['tbl_bak_order'], 'id_order' | 'file_type' | 'filename'> & {
  readonly unlinkTime: string | null;
  readonly missingTime: string | null;
};

/** What is known of one order. The rows are kept as they came: there are a hundred of them for each. */
interface OrderNames {
  readonly named: NamedRow[];
  readonly recorded: RecordedRow[];
  readonly census: Record<keyof Census, number>;
  unreadable: boolean;
}

/** The names that are known in these folders, read now. */
export async function readKnownNames(database: Database, folders: Folders): Promise<CountedNames[]> {
  const ids = orderIdsOf(folders);
  if (ids.length === 0) return [];
  const [unreadable, named, recorded, restored] = await Promise.all([
    readUnreadable(database, ids),
    readNamed(database, ids),
    readRecorded(database, ids),
    readRestored(database, [...folders.keys()]),
  ]);
  const orders = new Map<number, OrderNames>();
  for (const id of ids)
    orders.set(id, {
      named: [],
      recorded: [],
      census: { ...EMPTY_CENSUS, orders: 1 },
      unreadable: unreadable.has(id),
    });
  for (const row of named) {
    const order = orders.get(row.id_order);
    if (order === undefined) continue;
    const type = fileTypeOf(Number(row.file_type));
    if (type === null) throw badView(row);
    order.named.push(row);
    order.census[type] += 1;
  }
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
      named: together(names.map((each) => each.named)),
      recorded: together(names.map((each) => each.recorded)),
      restored: restored.get(folder) ?? new Set(),
      census: names.map((each) => each.census).reduce(addCensus, EMPTY_CENSUS),
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
