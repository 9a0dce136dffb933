import { type RawBuilder, type SqlBool, sql } from 'kysely';
import { ahead } from '../domain/ahead.js';
import type { FolderRule } from '../domain/folder-name.js';
import type { FolderFacts, Order } from '../domain/order.js';
import { pagesOf } from '../domain/pages.js';
import type { Retention } from '../domain/retention.js';
import type { FolderFactsAnswer, OncePlaces, OrderFilter, Source } from '../steps/ports/shop.js';
import { readFolderFacts } from './folder-facts.js';
import { readKnownNames } from './known-names.js';
import { pageOf } from './order-ids.js';
import { isStatus } from './order-status.js';
import { readLists, readRawLists } from './shop-lists.js';
import { type DayMemory, type FindOrders, openShopOrders } from './shop-orders.js';
import type { Database, Engine } from './tables.js';
import { hasRawView } from './views.js';

const ORDERS_A_PAGE = 80;
/** While one page is worked on, so many later ones are read: the database is then never waited for, or never waits. */
const PAGES_AHEAD = 2;

/** Reads the shop through its three views. */
export function openSource(database: Database, rule: FolderRule): Source {
  const { engine, kysely } = database;
  const shopOrders = openShopOrders(database, rule);
  const { neighbours, newcomers, newestId, housed, byIds, again, inFolders, placed } = shopOrders;

  const readFacts = async (
    orderIds: readonly number[],
    findOthers: FindOrders,
  ): Promise<FolderFactsAnswer> => {
    const { folders, homeless } = await housed(orderIds, findOthers);
    return { folders: await readFolderFacts(database, folders), homeless };
  };

  const readPlaces = async (places: OncePlaces, found: readonly Order[]): Promise<FolderFacts[]> => {
    const inIt = placed([...places.keys()], found);
    const once = await byIds([...new Set([...places.values()].flat())]);
    const orders = new Map<string, Order[]>();
    for (const [folder, ids] of places) {
      const all = new Map((inIt.get(folder) ?? []).map((order) => [order.id, order]));
      for (const id of ids) if (!all.has(id)) for (const order of once.get(id) ?? []) all.set(id, order);
      orders.set(folder, [...all.values()]);
    }
    const facts = new Map((await readFolderFacts(database, orders)).map((each) => [each.folder, each]));
    const none = { named: [], recorded: [], unreadable: new Set<number>(), restored: new Set<string>() };
    return [...places.keys()].map((folder) => facts.get(folder) ?? { folder, orders: [], ...none });
  };

  const eligibleOrders: Source['eligibleOrders'] = async (retention, after, limit, only) => {
    const rows = await kysely
      .selectFrom('orderbak_order')
      .select('id_order')
      .where('id_order', '>', after)
      .where(eligible(engine, retention, only))
      .orderBy('id_order')
      .limit(limit)
      .execute();
    return pageOf(rows, after, 'the view orderbak_order');
  };

  return {
    eligibleOrders,

    async folderFacts(orderIds) {
      await newestId();
      return readFacts(orderIds, neighbours);
    },
    sameFacts: (orderIds) => readFacts(orderIds, newcomers),

    async *knownNames(retention, only) {
      await newestId();
      const pages = pagesOf(
        (after) => eligibleOrders(retention, after, ORDERS_A_PAGE, only),
        (id) => id,
        Number.MIN_SAFE_INTEGER,
      );
      const memory: DayMemory = new Map();
      const read = (await hasRawView(database)) ? readRawLists : readLists;
      yield* ahead(pages, PAGES_AHEAD, async (orderIds) => {
        const { folders } = await housed(orderIds, (names) => neighbours(names, memory));
        return { orderIds, folders: await readKnownNames(database, folders, read) };
      });
    },

    async factsIn(places) {
      await newestId();
      return readPlaces(places, await inFolders([...places.keys()]));
    },
    async sameFactsIn(places, orderIds) {
      return readPlaces(places, await again(orderIds, [...places.keys()]));
    },

    async hasOrders() {
      const orders = kysely.selectFrom('orderbak_order').select('id_order');
      return (await orders.limit(1).executeTakeFirst()) !== undefined;
    },
  };
}

/** SQL for "finished and older than the limit" over the columns of `orderbak_order`. */
export function eligible(engine: Engine, retention: Retention, only: OrderFilter): RawBuilder<SqlBool> {
  const some = only === null ? sql`` : sql` AND id_order IN (${sql.join(only.length > 0 ? only : [null])})`;
  // '0000-00-00' is how old shops write "never".
  return sql<SqlBool>`${isStatus(engine, retention.statuses)}
    AND done_time >= '1970-01-01' AND done_time < ${retention.cutoff}${some}`;
}
