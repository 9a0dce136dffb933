import { type RawBuilder, sql } from 'kysely';
import { COPIED_TYPES, FILE_TYPES, fileTypeOf } from '../domain/file-type.js';
import { type FolderRule, folderOf } from '../domain/folder-name.js';
import type { Order } from '../domain/order.js';
import { piecesOf } from '../domain/pieces.js';
import type { PendingRow, PendingRows } from '../steps/ports/records.js';
import { namesFile } from './bak-rows.js';
import { textOf } from './bytes.js';
import { idOf } from './order-ids.js';
import type { Database, Tables } from './tables.js';

const ORDERS_A_STATEMENT = 1000;

type Row = Pick<Tables['tbl_bak_order'], 'id_order' | 'file_type' | 'filename'> & { readonly id: number };
type OrderRow = Pick<Tables['orderbak_order'], 'id_order' | 'create_time' | 'create_by' | 'folder'>;

/**
 * So many ids for each row that is wanted: where they hold a page, they are read faster than the index. `insert` leaves more
 * than half as many ids unused as it writes rows, in gaps of thousands.
 */
const IDS_A_ROW = 16;

/** Opens the rows of `tbl_bak_order` that wait for the office. */
export function openPending({ engine, kysely }: Database, rule: FolderRule): PendingRows {
  // EXPLAIN (MariaDB 10.11): range orderbak_pending key_len 20; without it all that waits, up to where the page begins, is
  // read for each page anew.
  const byIndex = engine === 'mysql' ? sql`FORCE INDEX (orderbak_pending)` : sql``;
  // EXPLAIN (MariaDB 10.11): range PRIMARY key_len 8; a quarter of the time where most rows wait, as in the first nights.
  const byId = sql`IGNORE INDEX (orderbak_pending)`;
  let mostWait = engine === 'mysql';

  const readOrders = async (
    query: (which: RawBuilder<unknown>) => RawBuilder<OrderRow>,
    ids: readonly number[],
  ) => {
    const orders: Order[] = [];
    for (const some of piecesOf(ids, ORDERS_A_STATEMENT))
      orders.push(...(await query(whichOf(some)).execute(kysely)).rows.map(orderOf));
    return orders;
  };

  /** Where these orders' files lie. An order that the shop has forgotten is still found by what was recorded of it. */
  const foldersOf = async (ids: ReadonlySet<number>): Promise<Map<number, string | null>> => {
    const known = await readOrders(
      (which) => sql`SELECT id_order, create_time, create_by, folder FROM orderbak_order WHERE ${which}`,
      [...ids],
    );
    const there = new Set(known.map((order) => order.id));
    const forgotten = await readOrders(
      (which) => sql`
        SELECT id_order, MAX(order_create_time) AS create_time, MAX(order_create_by) AS create_by, MAX(order_folder) AS folder
        FROM tbl_bak_order WHERE ${which} GROUP BY id_order`,
      [...ids].filter((id) => !there.has(id)),
    );
    const wanted = [...known, ...forgotten].filter((order) => ids.has(order.id));
    return new Map(wanted.map((order) => [order.id, folderOf(order, rule)]));
  };

  return {
    async read({ types, only }, after, limit) {
      const wanted = (types.length > 0 ? types : COPIED_TYPES).map((type) => FILE_TYPES[type]);
      const orders =
        only === null ? sql`` : sql`AND id_order IN (${sql.join(only.length > 0 ? only : [null])})`;
      const end = after + limit * IDS_A_ROW;
      const readRows = async (index: RawBuilder<unknown>, within: RawBuilder<unknown>) => {
        const { rows } = await sql<Row>`
          SELECT id, id_order, file_type, filename FROM tbl_bak_order ${index}
          WHERE unlink_time IS NULL AND bak_date_time IS NULL AND id > ${after} ${within}
            AND file_type IN (${sql.join(wanted)}) AND ${namesFile(engine)} ${orders}
          ORDER BY id LIMIT ${limit}`.execute(kysely);
        return rows;
      };
      const isChosen = types.length > 0 || only !== null;
      const near = mostWait && !isChosen ? await readRows(byId, sql`AND id <= ${end}`) : [];
      const rows = near.length === limit ? near : await readRows(byIndex, sql``);
      if (engine === 'mysql' && !isChosen)
        mostWait = rows.length === limit && (rows.at(-1)?.id ?? end) <= end;
      return rows.map(({ id, id_order, file_type, filename }) => ({
        id,
        orderId: idOf(id_order),
        type: copiedType(Number(file_type)),
        filename,
      }));
    },

    async locate(rows) {
      const folders = await foldersOf(new Set(rows.map(({ orderId }) => orderId)));
      // Field by field: with a spread `list` takes a quarter longer.
      return rows.map(({ id, orderId, type, filename }) => {
        const folder = folders.get(orderId) ?? null;
        return { id, orderId, type, filename, folder };
      });
    },
  };
}

/** Ids that lie so close together are asked for as a range, which is read in half the time. */
const IDS_IN_RANGE = 4;

/** EXPLAIN (MariaDB 10.11): range PRIMARY. */
function whichOf(ids: readonly number[]): RawBuilder<unknown> {
  const first = ids.reduce((least, id) => Math.min(least, id), Number.POSITIVE_INFINITY);
  const last = ids.reduce((most, id) => Math.max(most, id), Number.NEGATIVE_INFINITY);
  return last - first < ids.length * IDS_IN_RANGE
    ? sql`id_order BETWEEN ${first} AND ${last}`
    : sql`id_order IN (${sql.join(ids)})`;
}

/** The rows were chosen by their type. */
function copiedType(number: number): PendingRow['type'] {
  const type = fileTypeOf(number);
  if (type === null || type === 'discuss') throw new Error(`file_type ${number} was not asked for`);
  return type;
}

function orderOf(row: OrderRow): Order {
  const [createTime, createBy] = [textOf(row.create_time), textOf(row.create_by)];
  return {
    id: idOf(row.id_order),
    createTime,
    createBy,
    status: null,
    doneTime: null,
    folder: textOf(row.folder),
  };
}
