import type { Order } from './order.js';
import type { Retention } from './retention.js';

/** By whom the doctor's test order was made: no user of a shop, so that its folder is nobody's. */
const TESTER = 'orderbak-doctor';

/** The only file of the doctor's test order. */
export const TEST_FILE = 'orderbak-doctor.png';

/** An order that no shop has, finished long ago: `status` is one that may leave the server. Only the doctor knows of it. */
export function testOrder({ statuses }: Retention): Order {
  const time = '1990-01-01 00:00:00';
  return {
    id: 0,
    createTime: time,
    createBy: TESTER,
    status: statuses[0] ?? null,
    doneTime: time,
    folder: null,
  };
}
