import { type RawBuilder, sql } from 'kysely';
import { COPIED_TYPES, FILE_TYPES, fileTypeOf } from '../domain/file-type.js';
import { type FolderRule, folderOf } from '../domain/folder-name.js';
import type { Order } from '../domain/order.js';
import type { PendingRow, ReadPending } from '../steps/ports.js';
import type { Database, Tables } from './tables.js';

const ORDERS_A_STATEMENT = 1000;

type Row = Pick<Tables['tbl_bak_order'], 'id_order' | 'file_type' | 'filename'> & { readonly id: number };
type OrderRow = Pick<Tables['orderbak_order'], 'id_order' | 'create_time' | 'create_by' | 'folder'>;

/** Opens the rows of `tbl_bak_order` that wait for the office. */
export function openPending({ engine, kysely }: Database, rule: FolderRule): ReadPending {
  // Else MariaDB reads all that waits, up to where the page begins, for each page anew: with it, `type: range, key_len: 20`.
  const byWaiting = engine === 'mysql' ? sql`FORCE INDEX (orderbak_pending)` : sql``;

  const readOrders = async (query: (ids: RawBuilder<unknown>) => RawBuilder<OrderRow>, ids: number[]) => {
    const orders: Order[] = [];
    for (let i = 0; i < ids.length; i += ORDERS_A_STATEMENT) {
      const some = sql.join(ids.slice(i, i + ORDERS_A_STATEMENT));
      orders.push(...(await query(some).execute(kysely)).rows.map(orderOf));
    }
    return orders;
  };

  /** Where these orders' files lie. An order that the shop has forgotten is still found by what was recorded of it. */
  const foldersOf = async (ids: ReadonlySet<number>): Promise<Map<number, string | null>> => {
    const known = await readOrders(
      (some) =>
        sql`SELECT id_order, create_time, create_by, folder FROM orderbak_order WHERE id_order IN (${some})`,
      [...ids],
    );
    const there = new Set(known.map((order) => order.id));
    const forgotten = await readOrders(
      (some) => sql`
        SELECT id_order, MAX(order_create_time) AS create_time, MAX(order_create_by) AS create_by, NULL AS folder
        FROM tbl_bak_order WHERE id_order IN (${some}) GROUP BY id_order`,
      [...ids].filter((id) => !there.has(id)),
    );
    return new Map([...known, ...forgotten].map((order) => [order.id, folderOf(order, rule)]));
  };

  return async (after, limit, types, only): Promise<PendingRow[]> => {
    const wanted = (types.length > 0 ? types : COPIED_TYPES).map((type) => FILE_TYPES[type]);
    const orders =
      only === null ? sql`` : sql`AND id_order IN (${sql.join(only.length > 0 ? only : [null])})`;
    const { rows } = await sql<Row>`
      SELECT id, id_order, file_type, filename FROM tbl_bak_order ${byWaiting}
      WHERE unlink_time IS NULL AND bak_date_time IS NULL AND id > ${after}
        AND file_type IN (${sql.join(wanted)}) AND filename IS NOT NULL ${orders}
      ORDER BY id LIMIT ${limit}`.execute(kysely);
    const folders = await foldersOf(new Set(rows.map((row) => row.id_order)));
    return rows.map(({ id, id_order: orderId, file_type, filename }) => {
      const folder = folders.get(orderId) ?? null;
      return { id, orderId, type: copiedType(Number(file_type)), filename, folder };
    });
  };
}

/** The rows were chosen by their type. */
function copiedType(number: number): PendingRow['type'] {
  const type = fileTypeOf(number);
  if (type === null || type === 'discuss') throw new Error(`file_type ${number} was not asked for`);
  return type;
}

function orderOf(row: OrderRow): Order {
  const { id_order: id, create_time: createTime, create_by: createBy, folder } = row;
  return { id, createTime, createBy, status: null, doneTime: null, folder };
}
