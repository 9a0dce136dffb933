import { type RawBuilder, type SqlBool, sql } from 'kysely';
import { type FolderRule, folderOf } from '../domain/folder-name.js';
import { groupBy } from '../domain/group-by.js';
import type { Order } from '../domain/order.js';
import type { Database } from './tables.js';

interface Row {
  readonly id_order: number;
  readonly create_time: string | null;
  readonly create_by: string | null;
}

/**
 * Orders that the shop has forgotten although recorded files of theirs are on the server still: where they share a folder with
 * an order that it knows, those files must not be taken for nobody's. Their folder is what was recorded says; where a view
 * gave it, it cannot be told.
 */
export function openForgottenOrders({ kysely }: Database, rule: FolderRule) {
  const read = async (which: RawBuilder<SqlBool>): Promise<Order[]> => {
    // EXPLAIN (MariaDB 10.11): <derived> ALL, "Using index for group-by" on orderbak_file; o eq_ref PRIMARY, "Not exists".
    const { rows } = await sql<Row>`
      SELECT b.id_order, MAX(b.order_create_time) AS create_time, MAX(b.order_create_by) AS create_by
      FROM (SELECT DISTINCT id_order FROM tbl_bak_order WHERE ${which}) AS recorded
      LEFT JOIN orderbak_order AS o ON o.id_order = recorded.id_order
      JOIN tbl_bak_order AS b ON b.id_order = recorded.id_order AND b.unlink_time IS NULL
      WHERE o.id_order IS NULL
      GROUP BY b.id_order`.execute(kysely);
    return rows.map(orderOf);
  };

  let all: Promise<ReadonlyMap<string | null, readonly Order[]>> | null = null;
  const byFolder = () => {
    all ??= read(sql`1 = 1`).then((orders) => groupBy(orders, (order) => folderOf(order, rule)));
    return all;
  };

  return {
    /** Those that lay in these folders, as it was when it was first asked. */
    async inFolders(folders: readonly string[]): Promise<Order[]> {
      if (folders.length === 0) return [];
      const known = await byFolder();
      return folders.flatMap((folder) => known.get(folder) ?? []);
    },

    /** Those among these ids, now. */
    among: async (ids: readonly number[]): Promise<Order[]> =>
      ids.length === 0 ? [] : read(sql`id_order IN (${sql.join(ids)})`),
  };
}

function orderOf({ id_order: id, create_time: createTime, create_by: createBy }: Row): Order {
  return { id, createTime, createBy, status: null, doneTime: null, folder: null, isForgotten: true };
}
