import { FILE_TYPES } from '../domain/file-type.js';
import type { Order } from '../domain/order.js';
import type { Database } from './tables.js';

/** The rows of the doctor's test order. */
export interface TestRows {
  /** Records its file; answers the row's id. */
  record(filename: string): Promise<number>;
  /** Forgets the order, and what was removed of it by no run. */
  forget(folder: string): Promise<void>;
}

/** Opens what the database holds of the doctor's test order. */
export function openTestRows({ kysely }: Database, order: Order): TestRows {
  const { id, createBy } = order;
  return {
    async record(filename) {
      const times = { order_create_time: order.createTime, order_create_by: createBy };
      const { insertId } = await kysely
        .insertInto('tbl_bak_order')
        .values({ id_order: id, ...times, filename, file_type: FILE_TYPES.main })
        .executeTakeFirstOrThrow();
      return Number(insertId);
    },

    async forget(folder) {
      await kysely
        .deleteFrom('tbl_bak_order')
        .where('id_order', '=', id)
        .where('order_create_by', '=', createBy)
        .execute();
      await kysely
        .deleteFrom('orderbak_deletion')
        .where('run_id', '=', 0)
        .where('folder', '=', folder)
        .execute();
    },
  };
}
