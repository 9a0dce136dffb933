import type { BrokenList } from '../domain/order.js';
import { textOf } from './bytes.js';
import { amongOrders, idOf } from './order-ids.js';
import type { Database } from './tables.js';

/** Lists of these orders that cannot be read, `most` of them, as the source view names them. */
export async function brokenLists(
  { engine, kysely }: Database,
  orderIds: ReadonlySet<number>,
  most: number,
): Promise<BrokenList[]> {
  const ids = [...orderIds];
  if (ids.length === 0) return [];
  const rows = await kysely
    .selectFrom('orderbak_unreadable')
    .select(['id_order', 'origin', 'origin_id'])
    .where(amongOrders(engine, ids))
    .execute();
  return rows
    .map((row) => ({ orderId: idOf(row.id_order), origin: textOf(row.origin), row: row.origin_id }))
    .filter(({ orderId }) => orderIds.has(orderId))
    .slice(0, most);
}
