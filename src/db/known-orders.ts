import type { Database } from './tables.js';

/** Which of these orders neither the shop nor any record knows. */
export async function unknownOrders({ kysely }: Database, ids: readonly number[]): Promise<number[]> {
  if (ids.length === 0) return [];
  const [ofShop, recorded] = await Promise.all([
    kysely.selectFrom('orderbak_order').select('id_order').where('id_order', 'in', ids).execute(),
    kysely.selectFrom('tbl_bak_order').select('id_order').distinct().where('id_order', 'in', ids).execute(),
  ]);
  const known = new Set([...ofShop, ...recorded].map(({ id_order }) => Number(id_order)));
  return ids.filter((id) => !known.has(id));
}
