import { fileTypeOf } from '../domain/file-type.js';
import type { FolderFacts, FolderNames, NamedFile, Order } from '../domain/order.js';
import { EXIT, OrderbakError } from '../errors.js';
import { bakFileColumns, bakFileOf } from './bak-rows.js';
import { amongOrders } from './order-ids.js';
import type { Database, Tables } from './tables.js';

type Folders = ReadonlyMap<string, readonly Order[]>;

/** Everything that is known of these folders, read now. */
export async function readFolderFacts(database: Database, folders: Folders): Promise<FolderFacts[]> {
  const ids = idsOf(folders);
  if (ids.length === 0) return [];
  const [shared, recorded] = await Promise.all([
    readShared(database, folders, ids),
    database.kysely
      .selectFrom('tbl_bak_order')
      .select(bakFileColumns)
      .where(amongOrders(ids))
      .where('filename', 'is not', null)
      .execute(),
  ]);
  const rows = groupBy(recorded.filter(hasMeaning), (row) => row.id_order);
  const broken = meaningless(recorded);
  return [...folders].map(([folder, orders]) => ({
    ...shared.of(folder, orders, broken),
    recorded: orders.flatMap((order) => rows.get(order.id) ?? []).map(bakFileOf),
  }));
}

/** As much of it as it takes to find trash. */
export async function readKnownNames(database: Database, folders: Folders): Promise<FolderNames[]> {
  const ids = idsOf(folders);
  if (ids.length === 0) return [];
  const [shared, recorded] = await Promise.all([
    readShared(database, folders, ids),
    database.kysely
      .selectFrom('tbl_bak_order')
      .select([
        'id_order',
        'file_type',
        'filename',
        'unlink_time as unlinkTime',
        'missing_time as missingTime',
      ])
      .where(amongOrders(ids))
      .where('filename', 'is not', null)
      .execute(),
  ]);
  const rows = groupBy(recorded.filter(hasMeaning), (row) => row.id_order);
  const broken = meaningless(recorded);
  return [...folders].map(([folder, orders]) => ({
    ...shared.of(folder, orders, broken),
    recorded: orders.flatMap((order) => rows.get(order.id) ?? []),
  }));
}

function idsOf(folders: Folders): number[] {
  const ids = new Set<number>();
  for (const orders of folders.values()) for (const order of orders) ids.add(order.id);
  return [...ids];
}

/** What is known of folders beside the records. */
async function readShared({ kysely }: Database, folders: Folders, ids: readonly number[]) {
  const [unreadable, named, restored] = await Promise.all([
    kysely.selectFrom('orderbak_unreadable').select('id_order').distinct().where(amongOrders(ids)).execute(),
    kysely
      .selectFrom('orderbak_order_file')
      .select(['id_order', 'file_type', 'filename'])
      .where(amongOrders(ids))
      .execute(),
    kysely
      .selectFrom('orderbak_restore')
      .select(['folder', 'filename'])
      .where('folder', 'in', [...folders.keys()])
      .execute(),
  ]);
  const unread = new Set(unreadable.map((row) => row.id_order));
  const asked = new Set(ids);
  const files = groupBy(
    named.filter((row) => asked.has(row.id_order)).map(namedFileOf),
    (file) => file.orderId,
  );
  const back = groupBy(restored, (row) => row.folder);
  const isBroken = (id: number, broken: ReadonlySet<number>) => unread.has(id) || broken.has(id);
  return {
    of: (folder: string, orders: readonly Order[], broken: ReadonlySet<number>) => ({
      folder,
      orders,
      unreadable: new Set(orders.map((order) => order.id).filter((id) => isBroken(id, broken))),
      named: orders.flatMap((order) => files.get(order.id) ?? []),
      restored: new Set(back.get(folder)?.map((row) => row.filename)),
    }),
  };
}

/** An older script may have written rows that mean nothing. */
function hasMeaning(row: { file_type: number }): boolean {
  return fileTypeOf(Number(row.file_type)) !== null;
}

function meaningless(rows: readonly { id_order: number; file_type: number }[]): Set<number> {
  return new Set(rows.filter((row) => !hasMeaning(row)).map((row) => row.id_order));
}

function namedFileOf(
  row: Pick<Tables['orderbak_order_file'], 'id_order' | 'file_type' | 'filename'>,
): NamedFile {
  const type = fileTypeOf(Number(row.file_type));
  if (type === null) {
    throw new OrderbakError(
      EXIT.stopped,
      'bad-view',
      `the view orderbak_order_file gives order ${row.id_order} a file of type ${row.file_type}`,
      'file_type must be 1 main, 2 ref, 3 complete, 4 rework or 5 discuss; correct the view.',
    );
  }
  return { orderId: row.id_order, type, filename: row.filename };
}

function groupBy<T, K>(list: readonly T[], keyOf: (entry: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const entry of list) {
    const key = keyOf(entry);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [entry]);
    else group.push(entry);
  }
  return groups;
}
