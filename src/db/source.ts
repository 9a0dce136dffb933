import { type RawBuilder, type SqlBool, sql } from 'kysely';
import { fileTypeOf } from '../domain/file-type.js';
import { type FolderRule, originOf } from '../domain/folder-name.js';
import { dayAfter } from '../domain/local-time.js';
import type { FolderFacts, NamedFile, Order } from '../domain/order.js';
import type { Retention } from '../domain/retention.js';
import { EXIT, OrderbakError } from '../errors.js';
import type { FolderFactsAnswer, OrderFilter, Source } from '../steps/ports.js';
import { bakFileColumns, bakFileOf } from './bak-rows.js';
import { rememberingFolders } from './remembering-folders.js';
import type { Database, Engine, Tables } from './tables.js';

const DAYS_A_QUESTION = 100;

/** What is known of the shop, also by the name of a folder. */
export interface ShopSource extends Source {
  /** What is known of a folder, which may be no order's. */
  factsAt(folder: string): Promise<FolderFacts>;
}

/** Reads the shop through its three views. */
export function openSource({ engine, kysely }: Database, rule: FolderRule): ShopSource {
  const folderName = rememberingFolders(rule);

  const ordersWhere = async (condition: RawBuilder<SqlBool>): Promise<Order[]> => {
    const rows = await kysely.selectFrom('orderbak_order').selectAll().where(condition).execute();
    return rows.map(orderOf);
  };

  /** All orders that may lie in these folders, by the view's word or by the template; `folderOf` decides which do. */
  const neighbours = async (folders: readonly string[]): Promise<Order[]> => {
    if (folders.length === 0) return [];
    const orders = await ordersWhere(sql`folder IN (${sql.join(folders)})`);
    const origins = folders.map((folder) => originOf(folder, rule)).filter((origin) => origin !== null);
    const ids = origins.flatMap((origin) => ('id' in origin ? [origin.id] : []));
    if (ids.length > 0) orders.push(...(await ordersWhere(sql`id_order IN (${sql.join(ids)})`)));
    const days = [...new Set(origins.flatMap((origin) => ('days' in origin ? origin.days : [])))];
    for (let i = 0; i < days.length; i += DAYS_A_QUESTION) {
      orders.push(...(await ordersWhere(createdOn(days.slice(i, i + DAYS_A_QUESTION)))));
    }
    return orders;
  };

  let newest: Promise<number> | null = null;
  const newestOrder = async (): Promise<number> => {
    const orders = kysely.selectFrom('orderbak_order').select('id_order');
    const order = await orders.orderBy('id_order', 'desc').limit(1).executeTakeFirst();
    return order?.id_order ?? 0;
  };

  /** Orders that may have come to lie in these folders since the folders were first asked about. */
  const newcomers = async (folders: readonly string[]): Promise<Order[]> => {
    if (folders.length === 0) return [];
    newest ??= newestOrder();
    const moved = await ordersWhere(sql`folder IN (${sql.join(folders)})`);
    return [...moved, ...(await ordersWhere(sql`id_order > ${await newest}`))];
  };

  const factsOf = async (folders: ReadonlyMap<string, Order[]>): Promise<FolderFacts[]> => {
    const ids = [...new Set([...folders.values()].flat().map((order) => order.id))];
    if (ids.length === 0) return [];
    const [unreadable, named, recorded, restored] = await Promise.all([
      kysely
        .selectFrom('orderbak_unreadable')
        .select('id_order')
        .distinct()
        .where('id_order', 'in', ids)
        .execute(),
      kysely
        .selectFrom('orderbak_order_file')
        .select(['id_order', 'file_type', 'filename'])
        .where('id_order', 'in', ids)
        .execute(),
      kysely
        .selectFrom('tbl_bak_order')
        .select(bakFileColumns)
        .where('id_order', 'in', ids)
        .where('filename', 'is not', null)
        .execute(),
      kysely
        .selectFrom('orderbak_restore')
        .select(['folder', 'filename'])
        .where('folder', 'in', [...folders.keys()])
        .execute(),
    ]);
    // An older script may have written rows that mean nothing.
    const isKnown = (row: { file_type: number }) => fileTypeOf(Number(row.file_type)) !== null;
    const meaningless = recorded.filter((row) => !isKnown(row));
    const broken = new Set([...unreadable, ...meaningless].map((row) => row.id_order));
    const files = groupBy(named.map(namedFileOf));
    const rows = groupBy(recorded.filter(isKnown).map(bakFileOf));
    return [...folders].map(([folder, orders]) => ({
      folder,
      orders,
      unreadable: new Set(orders.map((order) => order.id).filter((id) => broken.has(id))),
      named: orders.flatMap((order) => files.get(order.id) ?? []),
      recorded: orders.flatMap((order) => rows.get(order.id) ?? []),
      restored: new Set(restored.filter((row) => row.folder === folder).map((row) => row.filename)),
    }));
  };

  return {
    async eligibleOrders(retention, after, limit, only): Promise<number[]> {
      const rows = await kysely
        .selectFrom('orderbak_order')
        .select('id_order')
        .where('id_order', '>', after)
        .where(eligible(engine, retention, only))
        .orderBy('id_order')
        .limit(limit)
        .execute();
      return rows.map((row) => row.id_order);
    },

    async folderFacts(orderIds) {
      newest ??= newestOrder();
      await newest;
      return readFacts(orderIds, neighbours);
    },
    sameFacts: (orderIds) => readFacts(orderIds, newcomers),

    async factsAt(folder) {
      const found = new Map((await neighbours([folder])).map((order) => [order.id, order]));
      const orders = [...found.values()].filter((order) => folderName(order) === folder);
      const [facts] = await factsOf(new Map([[folder, orders]]));
      const none = { named: [], recorded: [], unreadable: new Set<number>(), restored: new Set<string>() };
      return facts ?? { folder, orders, ...none };
    },
  };

  async function readFacts(
    orderIds: readonly number[],
    findOthers: (folders: readonly string[]) => Promise<Order[]>,
  ): Promise<FolderFactsAnswer> {
    const homeless = new Map<number, string>();
    if (orderIds.length === 0) return { folders: [], homeless };
    const own = new Map(
      (await ordersWhere(sql`id_order IN (${sql.join(orderIds)})`)).map((order) => [order.id, order]),
    );
    const folders = new Map<string, Order[]>();
    for (const id of orderIds) {
      const order = own.get(id);
      const folder = order && folderName(order);
      if (folder) folders.set(folder, []);
      else
        homeless.set(
          id,
          order ? `the folder of order ${id} cannot be told` : `the shop no longer knows order ${id}`,
        );
    }
    const orders = new Map((await findOthers([...folders.keys()])).map((order) => [order.id, order]));
    for (const order of new Map([...orders, ...own]).values())
      folders.get(folderName(order) ?? '')?.push(order);
    return { folders: await factsOf(folders), homeless };
  }
}

/** SQL for "finished and older than the limit" over the columns of `orderbak_order`. */
export function eligible(engine: Engine, retention: Retention, only: OrderFilter): RawBuilder<SqlBool> {
  const status =
    engine === 'mysql' ? sql`CAST(status AS CHAR) COLLATE utf8mb4_bin` : sql`CAST(status AS TEXT)`;
  const some = only === null ? sql`` : sql` AND id_order IN (${sql.join(only.length > 0 ? only : [null])})`;
  // '0000-00-00' is how old shops write "never".
  return sql<SqlBool>`${status} IN (${sql.join(retention.statuses)})
    AND done_time >= '1970-01-01' AND done_time < ${retention.cutoff}${some}`;
}

/** Whole days, because the same second may be written with a fraction, a `T`, or as a time that the clock skipped. */
function createdOn(days: readonly string[]): RawBuilder<SqlBool> {
  const ranges = days.map((day) => sql`(create_time >= ${day} AND create_time < ${dayAfter(day)})`);
  return sql`(${sql.join(ranges, sql` OR `)})`;
}

function orderOf(row: Tables['orderbak_order']): Order {
  return {
    id: row.id_order,
    createTime: row.create_time,
    createBy: row.create_by,
    status: row.status === null ? null : String(row.status),
    doneTime: row.done_time,
    folder: row.folder,
  };
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

function groupBy<T extends { orderId: number }>(list: readonly T[]): Map<number, T[]> {
  const groups = new Map<number, T[]>();
  for (const entry of list) {
    const group = groups.get(entry.orderId);
    if (group === undefined) groups.set(entry.orderId, [entry]);
    else group.push(entry);
  }
  return groups;
}
