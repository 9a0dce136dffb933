import { type RawBuilder, type SqlBool, sql } from 'kysely';
import { fileTypeOf } from '../domain/file-type.js';
import { type FolderRule, folderOf, neighbourhoodOf } from '../domain/folder-name.js';
import { parseLocalTime } from '../domain/local-time.js';
import type { FolderFacts, NamedFile, Order } from '../domain/order.js';
import type { Retention } from '../domain/retention.js';
import { EXIT, OrderbakError } from '../errors.js';
import type { FolderFactsAnswer, OrderFilter, Source } from '../steps/ports.js';
import { bakFileColumns, bakFileOf } from './bak-rows.js';
import type { Database, Engine, Tables } from './tables.js';

/** Reads the shop through its three views. */
export function openSource({ engine, kysely }: Database, rule: FolderRule): Source {
  const ordersWhere = async (condition: RawBuilder<SqlBool>): Promise<Order[]> => {
    const rows = await kysely.selectFrom('orderbak_order').selectAll().where(condition).execute();
    return rows.map(orderOf);
  };

  /** All orders that may lie in the folders of these; `folderOf` decides which do. */
  const neighbours = async (orders: readonly Order[], folders: readonly string[]): Promise<Order[]> => {
    if (folders.length === 0) return [];
    const named = await ordersWhere(sql`folder IN (${sql.join(folders)})`);
    const near = neighbourCondition(orders, rule.template);
    return near === null ? named : [...named, ...(await ordersWhere(near))];
  };

  const factsOf = async (folders: ReadonlyMap<string, Order[]>): Promise<FolderFacts[]> => {
    const ids = [...new Set([...folders.values()].flat().map((order) => order.id))];
    if (ids.length === 0) return [];
    const [unreadable, named, recorded] = await Promise.all([
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
      kysely.selectFrom('tbl_bak_order').select(bakFileColumns).where('id_order', 'in', ids).execute(),
    ]);
    const broken = new Set(unreadable.map((row) => row.id_order));
    const files = groupBy(named.map(namedFileOf));
    const rows = groupBy(recorded.map(bakFileOf));
    return [...folders].map(([folder, orders]) => ({
      folder,
      orders,
      unreadable: new Set(orders.map((order) => order.id).filter((id) => broken.has(id))),
      named: orders.flatMap((order) => files.get(order.id) ?? []),
      recorded: orders.flatMap((order) => rows.get(order.id) ?? []),
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

    async folderFacts(orderIds): Promise<FolderFactsAnswer> {
      const homeless = new Map<number, string>();
      if (orderIds.length === 0) return { folders: [], homeless };
      const own = await ordersWhere(sql`id_order IN (${sql.join(orderIds)})`);
      const wanted = new Set<string>();
      for (const id of orderIds) {
        const order = own.find((candidate) => candidate.id === id);
        const folder = order && folderOf(order, rule);
        if (folder) wanted.add(folder);
        else
          homeless.set(
            id,
            order ? `the folder of order ${id} cannot be told` : `the shop no longer knows order ${id}`,
          );
      }
      const folders = new Map<string, Order[]>([...wanted].map((folder) => [folder, []]));
      const seen = new Set<number>();
      for (const order of [...own, ...(await neighbours(own, [...wanted]))]) {
        const folder = folderOf(order, rule);
        if (folder === null || seen.has(order.id)) continue;
        seen.add(order.id);
        folders.get(folder)?.push(order);
      }
      return { folders: await factsOf(folders), homeless };
    },
  };
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

function neighbourCondition(orders: readonly Order[], template: string): RawBuilder<SqlBool> | null {
  const near = neighbourhoodOf(template);
  const times = orders.map((order) => order.createTime).filter((time) => time !== null);
  if (near === null || times.length === 0) return null;
  if (near.by === 'time') return sql`create_time IN (${sql.join([...new Set(times)])})`;
  const days = new Set(
    times
      .map((time) => parseLocalTime(time)?.toPlainDate())
      .filter((day) => day !== undefined)
      .map(String),
  );
  const ranges = [...days].map(
    (day) => sql`(create_time >= ${day} AND create_time <= ${`${day} 23:59:59.999999`})`,
  );
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
