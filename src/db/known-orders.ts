import { amongOrders, idOf } from './order-ids.js';
import type { Database } from './tables.js';

/** Which of these orders neither the shop nor any record knows, in the order in which they are asked for. */
export async function unknownOrders({ engine, kysely }: Database, ids: readonly number[]): Promise<number[]> {
  if (ids.length === 0) return [];
  const asked = amongOrders(engine, ids);
  const [ofShop, recorded] = await Promise.all([
    kysely.selectFrom('orderbak_order').select('id_order').where(asked).execute(),
    kysely.selectFrom('tbl_bak_order').select('id_order').distinct().where(asked).execute(),
  ]);
  const known = new Set([...ofShop, ...recorded].map(({ id_order }) => idOf(id_order)));
  return ids.filter((id) => !known.has(id));
}
