import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ENGINES } from '../support/database.js';
import type { PlantedOrder } from '../support/planting.js';
import { at, openShop, type Shop } from './shop.js';

const PLAN = {
  missing: 'all' as const,
  jobs: [
    {
      image: 'a.jpg',
      attach: ['ref.jpg'],
      complete: ['one.jpg'],
      reworks: [{ attach: ['b.jpg'], complete: ['c.jpg'] }],
    },
    { image: 'd.jpg', attach: ['fer.jpg'], complete: ['two.jpg'] },
  ],
  discusses: [['chat.jpg']],
};

describe.for(ENGINES)('insert after insert on %s', (engine) => {
  let shop: Shop;
  let orders: PlantedOrder[];
  beforeAll(async () => {
    ({ shop, orders } = await openShop(engine, [PLAN, PLAN, { ...PLAN, doneTime: null }]));
    await shop.run('insert');
  });
  afterAll(() => shop.close());

  const sql = (text: string, ...values: (string | number)[]) =>
    shop.world.ask((database) => database.run(text, values));
  const idOf = (index: number) => at(orders, index).id;
  /** What one more run records that was not there, as `order's place/type/name`. */
  const found = async () => {
    const before = new Set((await shop.rows()).map((row) => row.id));
    const { counts } = await shop.run('insert');
    const rows = (await shop.rows()).filter((row) => !before.has(row.id));
    expect(counts).toMatchObject({ planned: rows.length, done: rows.length, failed: 0 });
    const ids = orders.map((order) => order.id);
    return rows.map((row) => `${ids.indexOf(row.order)}/${row.type}/${row.name}`).sort();
  };

  test.for([
    ['a main file', 'UPDATE tbl_job SET image = ? WHERE id_order = ?', 'new1.jpg', 1],
    ['ref files', 'UPDATE tbl_job SET attach = ? WHERE id_order = ?', '["new2.jpg"]', 2],
    ['finished files', 'UPDATE tbl_job SET file_complete = ? WHERE id_order = ?', '["new3.jpg"]', 3],
    ['rework files', 'UPDATE tbl_job_rework SET attach = ? WHERE id_order = ?', '["new4.jpg"]', 4],
    ['reworked files', 'UPDATE tbl_job_rework SET file_complete = ? WHERE id_order = ?', '["new5.jpg"]', 3],
    ['files of a discussion', 'UPDATE tbl_order_discuss SET file = ? WHERE id_order = ?', '["new6.jpg"]', 5],
  ] as const)('%s that changed later are found', async ([, statement, value, type]) => {
    expect(await found()).toEqual([]);
    await sql(statement, value, idOf(1));
    expect(await found()).toEqual([`1/${type}/${value.replace(/[["\]]/g, '')}`]);
    expect(await found()).toEqual([]);
  });

  test('a list that two orders exchange, and one that moves to another column, are found', async () => {
    await sql(
      'UPDATE tbl_job SET attach = CASE id_order WHEN ? THEN \'["new2.jpg"]\' ELSE \'["fer.jpg"]\' END',
      idOf(0),
    );
    expect(await found()).toEqual(['0/2/new2.jpg']);
    await sql('UPDATE tbl_job SET attach = file_complete, file_complete = NULL WHERE id_order = ?', idOf(0));
    expect(await found()).toEqual(['0/2/one.jpg', '0/2/two.jpg']);
  });

  test('an order that is finished now is found, also where another of its block is reopened', async () => {
    await sql("UPDATE tbl_order SET done_qc_time = '2020-01-01 00:00:00' WHERE id_order = ?", idOf(2));
    await sql('UPDATE tbl_order SET status = 4 WHERE id_order = ?', idOf(0));
    expect(await found()).toHaveLength(8);
    await sql("UPDATE tbl_job SET image = 'late.jpg' WHERE id_order = ?", idOf(0));
    expect(await found()).toEqual([]);
    await sql('UPDATE tbl_order SET status = 9 WHERE id_order = ?', idOf(0));
    expect(await found()).toEqual(['0/1/late.jpg']);
  });

  test('a row that somebody deleted or renamed by hand is recorded again', async () => {
    await sql("DELETE FROM tbl_bak_order WHERE filename = 'chat.jpg' AND id_order = ?", idOf(0));
    await sql(
      "UPDATE tbl_bak_order SET filename = 'E.jpg' WHERE filename = 'd.jpg' AND id_order = ?",
      idOf(0),
    );
    await sql("UPDATE tbl_job SET image = 'd.jpg' WHERE image = 'late.jpg' AND id_order = ?", idOf(0));
    expect(await found()).toEqual(['0/1/d.jpg', '0/5/chat.jpg']);
    await sql('DELETE FROM tbl_bak_order WHERE id_order = ?', idOf(2));
    expect(await found()).toHaveLength(8);
  });

  test('a chosen order is looked at whatever is known of it, and the others are not taken for recorded', async () => {
    await sql("UPDATE tbl_job SET image = 'both.jpg' WHERE id_order IN (?, ?)", idOf(0), idOf(1));
    expect((await shop.run('insert', { only: [idOf(0)] })).counts.done).toBe(1);
    expect((await shop.run('insert', { dryRun: true })).counts.planned).toBe(1);
    expect(await found()).toEqual(['1/1/both.jpg']);
  });
});

test('orders whose lists are what they were are not read again, for a month at most', async () => {
  const { shop } = await openShop('mariadb', [PLAN]);
  // Far from the first one, so that another block of ids holds it.
  shop.world.ids.order = 70_000;
  await shop.world.addOrder(PLAN);
  const ask = (text: string) => shop.world.ask((database) => database.all(text));
  const name = (image: string) => ask(`UPDATE tbl_job SET image = '${image}' WHERE image <> 'd.jpg'`);
  const seen = async () => (await ask('SELECT * FROM orderbak_seen ORDER BY block')).map((row) => row.named);
  try {
    await name('later.jpg');
    await shop.run('insert');
    const [later] = await seen();
    await name('a.jpg');
    await ask("DELETE FROM tbl_bak_order WHERE filename = 'later.jpg'");
    expect((await shop.run('insert')).counts.done).toBe(2);
    expect(await seen()).toHaveLength(2);
    // The lists change, and what is remembered with them: only by reading them could the difference be told.
    await name('later.jpg');
    await ask(`UPDATE orderbak_seen SET named = '${later}' WHERE block = 0`);
    expect((await shop.run('insert')).counts.done).toBe(1);
    expect((await shop.run('insert', { dryRun: true })).counts.planned).toBe(0);
    await ask(`UPDATE orderbak_seen SET seen_ms = ${Date.now() - 31 * 24 * 3_600_000}`);
    expect((await shop.run('insert')).counts.done).toBe(1);
    // Nothing is believed of a shop that is looked at through other views.
    await ask("DELETE FROM orderbak_setting WHERE name = 'views'");
    await shop.app.migrate();
    expect(await seen()).toEqual([]);
  } finally {
    await shop.close();
  }
});
