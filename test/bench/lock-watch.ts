import { setTimeout as sleep } from 'node:timers/promises';
import { openDatabase } from '../support/database.js';
import type { Cost } from './figures.js';
import type { Shop } from './shop.js';

const PAUSE_MS = 5;

/**
 * Does some work while somebody in the shop goes on changing orders and jobs of any age, one row at a time, and notes the
 * longest that one of these changes took, s.
 */
export async function watchingLocks(shop: Shop, orders: number, work: () => Promise<Cost>): Promise<Cost> {
  const staff = await openDatabase(shop.databaseUrl);
  await staff.run('SET innodb_lock_wait_timeout = 600');
  let done = false;
  let waited = 0;
  const change = async () => {
    for (let turn = 1; !done; turn++) {
      // A large prime scatters the changes over all orders.
      const order = 1 + ((turn * 999_983) % orders);
      const table = turn % 2 === 0 ? 'tbl_order' : 'tbl_job';
      const start = performance.now();
      await staff.run(`UPDATE ${table} SET note = ? WHERE id_order = ?`, [`note ${turn}`, order]);
      waited = Math.max(waited, (performance.now() - start) / 1000);
      await sleep(PAUSE_MS);
    }
  };
  const changing = change();
  try {
    const cost = await work();
    done = true;
    await changing;
    return { ...cost, waited };
  } finally {
    done = true;
    await changing.finally(() => staff.close());
  }
}
