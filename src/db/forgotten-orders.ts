import { sql } from 'kysely';
import { type FolderRule, folderOf, hostOf, meantBy } from '../domain/folder-name.js';
import { groupBy } from '../domain/group-by.js';
import { once } from '../domain/once.js';
import type { Order } from '../domain/order.js';
import { piecesOf } from '../domain/pieces.js';
import { wholeNumber } from '../domain/whole-number.js';
import { bytesOf, textOf } from './bytes.js';
import { idOf } from './order-ids.js';
import type { Database, RawId, RawText } from './tables.js';

interface Row {
  readonly id_order: RawId;
  readonly create_time: string | null;
  readonly create_by: string | null;
  readonly folder: RawText | null;
}

const ORDERS_A_QUESTION = 1000;

/**
 * Orders that the shop has forgotten although recorded files of theirs are on the server still: where they share a folder with
 * an order that it knows, those files must not be taken for nobody's. Their folder is what was recorded says.
 */
export function openForgottenOrders({ engine, kysely }: Database, rule: FolderRule) {
  /**
   * What was recorded of these, which the shop does not know, as far as files of theirs may be there: an order that moved
   * between two nights has files in two folders.
   */
  const among = async (ids: readonly number[]): Promise<Order[]> => {
    const orders: Order[] = [];
    for (const some of piecesOf(ids, ORDERS_A_QUESTION)) {
      // EXPLAIN (MariaDB 10.11): range orderbak_file key_len 8 "Using temporary; Using filesort".
      const { rows } = await sql<Row>`
        SELECT id_order, MAX(order_create_time) AS create_time, MAX(order_create_by) AS create_by, MAX(order_folder) AS folder
        FROM tbl_bak_order
        WHERE id_order IN (${sql.join(some)}) AND unlink_time IS NULL
        GROUP BY id_order, ${bytesOf(engine, sql`order_folder`)}`.execute(kysely);
      orders.push(...rows.map(orderOf));
    }
    return orders;
  };

  const all = once(async () => {
    // EXPLAIN (MariaDB 10.11): range orderbak_file "Using index for group-by"; o eq_ref PRIMARY.
    const { rows } = await sql<Pick<Row, 'id_order'>>`
      SELECT recorded.id_order FROM (SELECT DISTINCT id_order FROM tbl_bak_order) AS recorded
      WHERE NOT EXISTS (SELECT 1 FROM orderbak_order AS o WHERE o.id_order = recorded.id_order)`.execute(
      kysely,
    );
    // A row without an order's id means nothing.
    const ids = rows.flatMap((row) => wholeNumber(row.id_order) ?? []);
    const orders = await among(ids);
    return groupBy(orders, (order) => folderOf(order, rule) ?? hostOf(order, rule) ?? meantBy(order, rule));
  });

  return {
    among,

    /** Those that lay in these folders, as it was when it was first asked. */
    async inFolders(folders: readonly string[]): Promise<Order[]> {
      if (folders.length === 0) return [];
      const known = await all();
      return folders.flatMap((folder) => known.get(folder) ?? []);
    },
  };
}

function orderOf({ id_order: id, create_time: createTime, create_by: createBy, folder }: Row): Order {
  return {
    id: idOf(id),
    createTime,
    createBy,
    status: null,
    doneTime: null,
    folder: textOf(folder),
    isForgotten: true,
  };
}
