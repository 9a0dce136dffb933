import { isDeepStrictEqual } from 'node:util';
import { type RawBuilder, type SqlBool, sql } from 'kysely';
import { type FolderRule, orderKeyOf } from '../domain/folder-name.js';
import { groupBy } from '../domain/group-by.js';
import { dayAfter } from '../domain/local-time.js';
import { once } from '../domain/once.js';
import type { Order } from '../domain/order.js';
import { piecesOf } from '../domain/pieces.js';
import { textOf } from './bytes.js';
import { openForgottenOrders } from './forgotten-orders.js';
import { openMisspeltOrders } from './misspelt-orders.js';
import { amongOrders, idOf, idsAreText } from './order-ids.js';
import { statusAsText } from './order-status.js';
import { placeOrders, whyHomeless } from './place-orders.js';
import { rememberingFolders } from './remembering-folders.js';
import type { Database, Tables } from './tables.js';

const DAYS_A_QUESTION = 100;

/** The orders of some days, by the day, kept from one page to the next. */
export type DayMemory = Map<string, Promise<readonly Order[]>>;

/** The orders of each of these folders, and why orders of the question have none. */
export interface Housed {
  readonly folders: ReadonlyMap<string, Order[]>;
  readonly homeless: ReadonlyMap<number, string>;
}

export type FindOrders = (folders: readonly string[]) => Promise<readonly Order[]>;

/** Reads the shop's orders through `orderbak_order`, and finds out which of them share a folder. */
export function openShopOrders(database: Database, rule: FolderRule) {
  const { engine, kysely } = database;
  const folderName = rememberingFolders(rule);
  const forgotten = openForgottenOrders(database, rule);

  const ordersWhere = async (condition: RawBuilder<SqlBool>): Promise<Order[]> => {
    const rows = await kysely
      .selectFrom('orderbak_order')
      .select(['id_order', 'create_time', 'create_by', 'done_time', 'folder'])
      .select(statusAsText(engine).as('status'))
      .where(condition)
      .execute();
    return doubtingTwins(rows.map(orderOf));
  };

  const misspelt = openMisspeltOrders(engine, rule, ordersWhere);

  /** Those of these orders that the shop knows; one that the view gives twice has two rows, which may name two folders. */
  const byIds = async (ids: readonly number[]): Promise<Map<number, Order[]>> =>
    groupBy(ids.length === 0 ? [] : await ordersWhere(amongOrders(engine, ids)), ({ id }) => id);

  const createdOn = async (days: readonly string[], memory: DayMemory): Promise<readonly Order[]> => {
    const missing = days.filter((day) => !memory.has(day));
    for (const some of piecesOf(missing, DAYS_A_QUESTION)) {
      const orders = ordersWhere(isCreatedOn(some));
      // Whoever waits for it is told.
      orders.catch(() => undefined);
      for (const day of some) memory.set(day, orders);
    }
    const questions = new Set(days.flatMap((day) => memory.get(day) ?? []));
    for (const day of memory.keys()) if (!days.includes(day)) memory.delete(day);
    return (await Promise.all(questions)).flat();
  };

  /** These folders, and those of their thumbs, in which another order may lie. */
  const withThumbs = (folders: readonly string[]) =>
    folders.flatMap((name) => [name, `${name}/${rule.thumbs}`]);
  const isNested = rule.template.includes('/');

  /** All orders that may lie in these folders, by the view's word or by the template; `placeOrders` decides which do. */
  const neighbours = async (folders: readonly string[], memory: DayMemory = new Map()): Promise<Order[]> => {
    if (folders.length === 0) return [];
    const orders = await ordersWhere(sql`folder IN (${sql.join(withThumbs(folders))})`);
    orders.push(...(await misspelt.inFolders(folders)));
    const named = isNested ? withThumbs(folders) : folders;
    const origins = named.map((folder) => orderKeyOf(folder, rule)).filter((origin) => origin !== null);
    const ids = origins.flatMap((origin) => ('id' in origin ? [origin.id] : []));
    if (ids.length > 0) orders.push(...(await ordersWhere(amongOrders(engine, ids))));
    const days = [...new Set(origins.flatMap((origin) => ('days' in origin ? origin.days : [])))];
    return days.length === 0 ? orders : orders.concat(await createdOn(days, memory));
  };

  /** The highest id that there was when it was first asked for. */
  const newestId = once(async (): Promise<number> => {
    const orders = kysely.selectFrom('orderbak_order').select('id_order');
    const order = await orders.orderBy('id_order', 'desc').limit(1).executeTakeFirst();
    if (order === undefined) return 0;
    // SQLite puts text behind all numbers, and would find no newer order after it.
    if (engine === 'sqlite' && typeof order.id_order !== 'number')
      throw idsAreText('the view orderbak_order');
    return idOf(order.id_order);
  });

  /** Orders that may have come to lie in these folders since the newest was asked for. */
  const newcomers = async (folders: readonly string[]): Promise<Order[]> => {
    if (folders.length === 0) return [];
    const moved = await ordersWhere(sql`folder IN (${sql.join(withThumbs(folders))})`);
    return [...moved, ...(await ordersWhere(sql`id_order > ${await newestId()}`))];
  };

  const placed = (names: readonly string[], orders: readonly Order[]) =>
    placeOrders(names, orders, rule, folderName);

  /** The folders of these orders, with all orders in them: those that `findOthers` finds, and those that the shop has forgotten. */
  const housed = async (orderIds: readonly number[], findOthers: FindOrders): Promise<Housed> => {
    const homeless = new Map<number, string>();
    if (orderIds.length === 0) return { folders: new Map(), homeless };
    const own = await byIds(orderIds);
    const names = new Set<string>();
    for (const id of orderIds) {
      const rows = own.get(id) ?? [];
      const folders = rows.map(folderName).filter((folder) => folder !== null);
      for (const folder of folders) names.add(folder);
      if (folders.length === 0) homeless.set(id, whyHomeless(id, rows[0], rule));
    }
    const others = [...(await forgotten.inFolders([...names])), ...(await findOthers([...names]))];
    return { folders: placed([...names], await withForgotten(orderIds, own, others)), homeless };
  };

  /** These orders as the shop has them (`own`), or as they are remembered, and others. */
  const withForgotten = async (
    orderIds: readonly number[],
    own: ReadonlyMap<number, Order[]>,
    others: readonly Order[],
  ): Promise<Order[]> => {
    const gone = await forgotten.among(orderIds.filter((id) => !own.has(id)));
    const all = groupBy([...gone, ...others], ({ id }) => id);
    for (const [id, rows] of own) all.set(id, rows);
    return [...all.values()].flat();
  };

  /** These orders once more, and those that may have come to lie in these folders since. */
  const again = async (orderIds: readonly number[], folders: readonly string[]): Promise<Order[]> =>
    withForgotten(orderIds, await byIds(orderIds), await newcomers(folders));

  /** All orders whose files lie in these folders. */
  const inFolders = async (folders: readonly string[]): Promise<Order[]> => [
    ...(await forgotten.inFolders(folders)),
    ...(await neighbours(folders)),
  ];

  return { neighbours, newcomers, newestId, housed, byIds, again, inFolders, placed };
}

/** Whole days, because the same second may be written with a fraction, a `T`, or as a time that the clock skipped. */
function isCreatedOn(days: readonly string[]): RawBuilder<SqlBool> {
  const ranges = days.map((day) => sql`(create_time >= ${day} AND create_time < ${dayAfter(day)})`);
  return sql`(${sql.join(ranges, sql` OR `)})`;
}

/** A view over a table and its archive may give an order twice: which of two different rows is right nobody can tell. */
function doubtingTwins(orders: Order[]): Order[] {
  const known = new Map(orders.map((order) => [order.id, order]));
  if (known.size === orders.length) return orders;
  const different = orders.filter((order) => !isDeepStrictEqual(order, known.get(order.id)));
  const doubted = new Set(different.map(({ id }) => id));
  return orders.map((order) => (doubted.has(order.id) ? { ...order, isGivenTwice: true } : order));
}

function orderOf(row: Tables['orderbak_order'] & { readonly status: string | null }): Order {
  return {
    id: idOf(row.id_order),
    createTime: textOf(row.create_time),
    createBy: textOf(row.create_by),
    status: row.status,
    doneTime: textOf(row.done_time),
    folder: textOf(row.folder),
  };
}
