import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ENGINES } from '../support/database.js';
import type { OrderPlan } from '../support/order-plan.js';
import { differences } from '../support/snapshot.js';
import { openShop, type Shop } from './shop.js';

const ORDER: OrderPlan = {
  jobs: [{ image: 'm.txt', attach: ['a.txt'], complete: ['c.txt'], reworks: [{ attach: ['r.txt'] }] }],
  discusses: [['d.txt']],
  trash: ['t.tmp'],
};
/** So many orders that each type of file is missed when it is gone. */
const ORDERS = [ORDER, ORDER, ORDER];

describe.for(ENGINES)('a database on %s that lost rows is no licence', (engine) => {
  let shop: Shop;
  beforeEach(async () => {
    ({ shop } = await openShop(engine, ORDERS));
  });
  afterEach(() => shop.close());

  const lose = (table: string, where = '1 = 1') =>
    shop.world.ask((database) => database.run(`DELETE FROM ${table} WHERE ${where}`));

  async function expectAlarm(words: string): Promise<void> {
    const before = await shop.disk();
    const summary = await shop.run('unlink-trash');
    expect({ ok: summary.ok, exit: summary.exit, done: summary.counts.done }).toEqual({
      ok: false,
      exit: 5,
      done: 0,
    });
    expect(summary.stopped).toMatchObject({ code: 'database-shrunk' });
    expect(summary.stopped?.message).toContain(words);
    expect(differences(before, await shop.disk())).toEqual([]);
  }

  test.for(['tbl_job', 'tbl_job_rework', 'tbl_order_discuss'])(
    '%s is emptied after its files were recorded',
    async (table) => {
      await shop.run('insert');
      await lose(table);
      await expectAlarm('in 3 of 3 folders');
    },
  );

  test.for(['tbl_order', 'tbl_job', 'tbl_job_rework', 'tbl_order_discuss'])(
    '%s is emptied after a night that recorded nothing',
    async (table) => {
      expect((await shop.run('unlink-trash')).counts.done).toBe(3);
      await lose(table);
      await expectAlarm('at an earlier run there were 3');
    },
  );

  test('a person who looked at the plan vouches for it; from then on it is what was known', async () => {
    await shop.run('unlink-trash');
    await lose('tbl_order_discuss');
    await expectAlarm('files of type discuss');
    const vouched = await shop.run('unlink-trash', { maxDelete: { kind: 'count', count: 3 } });
    expect({ exit: vouched.exit, done: vouched.counts.done }).toEqual({ exit: 0, done: 3 });
    expect((await shop.run('unlink-trash')).exit).toBe(0);
  });

  test('a dry run raises the alarm too, and remembers nothing', async () => {
    await shop.run('unlink-trash', { dryRun: true });
    await lose('tbl_order');
    expect((await shop.run('unlink-trash', { dryRun: true })).exit).toBe(0);
  });

  test('a run for some orders neither compares nor remembers', async () => {
    const [first] = shop.world.orders;
    await shop.run('unlink-trash', { only: [first?.id ?? 0] });
    expect((await shop.run('unlink-trash')).counts.done).toBe(2);
  });
});
