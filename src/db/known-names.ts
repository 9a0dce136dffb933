import { addCensus, EMPTY_CENSUS } from '../domain/census.js';
import { piecesOf } from '../domain/pieces.js';
import type { CountedNames } from '../steps/ports/shop.js';
import { hasMeaning } from './bak-rows.js';
import { type Folders, orderIdsOf, readRestored } from './folder-reads.js';
import { idOf } from './order-ids.js';
import { type RecordedName, readRecordedNames } from './recorded-names.js';
import { noLists, type OrderLists, type ReadLists } from './shop-lists.js';
import type { Database } from './tables.js';

/** What is known of one order. */
interface OrderNames {
  readonly lists: OrderLists;
  readonly recorded: RecordedName[];
  unreadable: boolean;
}

/** The names of so many folders are taken apart at once: what the memory holds only shortly costs little. */
const FOLDERS_AT_ONCE = 16;

/** Reads the names that are known in these folders. What was read is taken apart for some of them at a time. */
export async function readKnownNames(
  database: Database,
  folders: Folders,
  readLists: ReadLists,
): Promise<(() => Promise<CountedNames[]>)[]> {
  const ids = orderIdsOf(folders);
  if (ids.length === 0) return [];
  const [openLists, takeApart, restored] = await Promise.all([
    readLists(database, ids),
    readRecordedNames(database, ids),
    readRestored(database, [...folders.keys()]),
  ]);
  return Array.from(piecesOf([...folders], FOLDERS_AT_ONCE), (piece) => async () => {
    const some = new Map(piece);
    const theirs = orderIdsOf(some);
    return namesIn(some, together(theirs, await openLists(theirs), await takeApart(theirs)), restored);
  });
}

function namesIn(
  folders: Folders,
  orders: ReadonlyMap<number, OrderNames>,
  restored: ReadonlyMap<string, ReadonlySet<string>>,
): CountedNames[] {
  return Array.from(folders, ([folder, inIt]) => {
    const names = inIt.flatMap((order) => orders.get(order.id) ?? []);
    return {
      folder,
      orders: inIt,
      unreadable: new Set(inIt.filter((_, i) => names[i]?.unreadable).map((order) => order.id)),
      named: flat(names.map((each) => each.lists.named)),
      recorded: flat(names.map((each) => each.recorded)),
      restored: restored.get(folder) ?? new Set(),
      census: inIt
        .filter((order) => !order.isForgotten)
        .flatMap((order) => orders.get(order.id) ?? [])
        .map((each) => ({ orders: 1, ...each.lists.counts }))
        .reduce(addCensus, EMPTY_CENSUS),
    };
  });
}

function together(
  ids: readonly number[],
  lists: ReadonlyMap<number, OrderLists>,
  recorded: readonly RecordedName[],
): ReadonlyMap<number, OrderNames> {
  const orders = new Map<number, OrderNames>();
  for (const id of ids) {
    const own = lists.get(id) ?? noLists();
    orders.set(id, { lists: own, recorded: [], unreadable: own.unreadable });
  }
  for (const row of recorded) {
    const order = orders.get(idOf(row.id_order));
    if (order === undefined) continue;
    // An older script may have written rows that mean nothing.
    if (hasMeaning(row)) order.recorded.push(row);
    else order.unreadable = true;
  }
  return orders;
}

/** Most folders have one order, whose list needs no copy. */
function flat<T>(lists: readonly (readonly T[])[]): readonly T[] {
  const [first = []] = lists;
  return lists.length <= 1 ? first : lists.flat();
}
