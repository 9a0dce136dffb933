import { type Bench, OURS, type Race, type Size } from '../bench.js';
import { watchingLocks } from '../lock-watch.js';
import { measure } from '../measure.js';
import { locksWithin, timesBest, within } from '../requirement.js';
import { Shop } from '../shop.js';
import { namesOf } from '../shop-rows.js';

const ORDERS: Record<Size, number> = { small: 5000, full: 200_000 };
const JOBS = 2;
const FILES_AN_ORDER = 10;
const TYPED = 'INSERT … SELECT';

const STATEMENT = `INSERT IGNORE INTO tbl_bak_order
  (id_order, order_create_time, order_create_by, id_job, id_rework, id_discuss, filename, file_type)
SELECT f.id_order, o.create_time, o.create_by, f.id_job, f.id_rework, f.id_discuss, f.filename, f.file_type
FROM orderbak_order o JOIN orderbak_order_file f ON f.id_order = o.id_order
WHERE o.status = 9 AND o.done_time < NOW() - INTERVAL 3 MONTH`;

/** What orderbak records each night, against one statement typed at night by hand; and the usual night, with nothing new. */
export const insert: Bench = {
  name: 'insert',
  async prepare(place, size) {
    const orders = ORDERS[size];
    const rows = orders * FILES_AN_ORDER;
    const shop = await Shop.create(place, { orders, jobs: JOBS });
    const empty = () => shop.ask((database) => database.run('TRUNCATE tbl_bak_order'));
    const check = () => checkRows(shop, orders, rows);
    const ours = { name: OURS, command: 'orderbak insert', check };
    const insertNow = () => measure(shop.orderbak('insert', '--quiet'));
    const watched = (work: Parameters<typeof watchingLocks>[2]) => () => watchingLocks(shop, orders, work);

    const anew: Race = {
      work: `insert, ${rows.toLocaleString('en-US')} rows`,
      contestants: [
        {
          ...ours,
          promises: 'counted, may be killed and run again, one at a time',
          before: empty,
          run: watched(insertNow),
        },
        {
          name: TYPED,
          command: `mariadb -e "${STATEMENT.replaceAll(/\s+/g, ' ')}"`,
          promises: 'all or nothing',
          before: empty,
          run: watched(() => measure(shop.mariadb('-e', STATEMENT))),
          check,
        },
      ],
      required: [timesBest(1.05, 'the typed statement', [TYPED]), locksWithin(1)],
    };
    const again: Race = {
      work: `insert, nothing new beside ${rows.toLocaleString('en-US')} rows`,
      contestants: [
        { ...ours, promises: 'counted, may be killed and run again, one at a time', run: watched(insertNow) },
      ],
      required: [within(2), locksWithin(1)],
    };
    return { races: [anew, again], close: () => shop.close() };
  },
};

/** The count of all rows, and the names of some orders. */
async function checkRows(shop: Shop, orders: number, rows: number): Promise<void> {
  const found = await shop.count('tbl_bak_order');
  if (found !== rows) throw new Error(`${found} rows of ${rows}`);
  for (const order of [1, Math.ceil(orders / 3), orders]) {
    const recorded = await shop.ask((database) =>
      database.all('SELECT filename FROM tbl_bak_order WHERE id_order = ?', [order]),
    );
    const names = recorded.map((row) => row.filename).sort();
    const wanted = namesOf(order, { orders, jobs: JOBS }).sort();
    if (JSON.stringify(names) !== JSON.stringify(wanted)) {
      throw new Error(`order ${order} was recorded as ${names.join(', ')}`);
    }
  }
}
