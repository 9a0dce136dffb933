import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { daysAgo } from '../support/clock.js';
import { ENGINES } from '../support/database.js';
import { askOrderbak } from '../support/kept-orderbak.js';
import type { OrderPlan } from '../support/order-plan.js';
import type { PlantedOrder } from '../support/planting.js';
import { runWhile } from './meanwhile.js';
import { at, heldBy, openShop, type Shop } from './shop.js';

const ORDER: OrderPlan = {
  jobs: [{ image: 'main.jpg', attach: ['a.txt'] }],
  discusses: [['chat.jpg']],
  trash: ['trash.bin'],
};
const STEPS = [
  ['unlink-discuss', ['chat.jpg']],
  ['unlink-trash', ['trash.bin']],
  ['unlink-backed-up', ['a.txt', 'main.jpg']],
] as const;

const row = (table: string) =>
  `SELECT o.id_order, o.create_time, u.username AS create_by, o.status, o.done_qc_time AS done_time, NULL AS folder
   FROM ${table} o LEFT JOIN tbl_user u ON u.id_user = o.id_user`;
const VIEW = `CREATE VIEW orderbak_order AS ${row('tbl_order')} UNION ALL ${row('tbl_order_archive')}`;

/** A shop with all files of two orders backed up, whose view gives the orders of an archive too. */
async function openArchived(engine: (typeof ENGINES)[number]) {
  const { shop, orders } = await openShop(engine, [ORDER, ORDER]);
  await shop.run('insert');
  await shop.backUp();
  await shop.world.ask(async (database) => {
    await database.run('CREATE TABLE tbl_order_archive AS SELECT * FROM tbl_order');
    await database.run('DROP VIEW orderbak_order');
    await database.run(VIEW);
  });
  return { shop, orders };
}

describe.for(ENGINES)('an order that the view gives twice on %s', (engine) => {
  let shop: Shop;
  let [open, same]: [PlantedOrder?, PlantedOrder?] = [];
  beforeAll(async () => {
    const opened = await openArchived(engine);
    ({ shop } = opened);
    [open, same] = [at(opened.orders, 0), at(opened.orders, 1)];
    await shop.world.setStatus(open.id, 4);
  });
  afterAll(() => shop.close());

  test.each(STEPS)(
    'keeps its files from %s where its rows differ, and another one goes',
    async (step, names) => {
      const done = await shop.run(step);
      expect(done).toMatchObject({ exit: 0, counts: { done: names.length, failed: 0 } });
      expect(done.held.map(({ path }) => path).sort()).toEqual(
        names.map((name) => `${open?.folder}/${name}`),
      );
      for (const reason of Object.values(heldBy(done)))
        expect(reason).toBe(`the view orderbak_order gives order ${open?.id} twice, and not the same`);
      const gone = (await shop.rows()).filter((row) => row.isUnlinked).map((row) => row.order);
      expect(new Set(gone)).toEqual(new Set([same?.id]));
    },
  );

  test('is found by the doctor', async () => {
    const shipped = engine === 'sqlite' ? 'sqlite.sql' : 'mysql.sql';
    const views = await readFile(path.join(import.meta.dirname, '../../sql/source', shipped), 'utf8');
    const file = path.join(shop.world.folder, 'views.sql');
    await writeFile(file, views.replace(/CREATE [\w ]*VIEW orderbak_order AS[^;]*/, VIEW));
    const env = { ORDERBAK_SOURCE_VIEWS: file };
    expect(await askOrderbak(shop.world, ['migrate'], { env })).toMatchObject({ code: 0 });
    const { stdout } = await askOrderbak(shop.world, ['doctor'], { env });
    expect(stdout).toMatch(/! views +orderbak_order gives order \d+ twice/);
  });
});

test.each(STEPS)(
  'an order that the view gives twice after the plan keeps its files from %s',
  async (step, names) => {
    const { shop, orders } = await openArchived('sqlite');
    const order = at(orders, 0);
    const done = await runWhile(shop, order, step, ({ sql }) =>
      sql('UPDATE tbl_order SET status = 4 WHERE id_order = ?', order.id),
    );
    expect(done).toMatchObject({ exit: 0, expected: names.length, counts: { done: 0, failed: 0 } });
    expect(Object.keys(heldBy(done)).sort()).toEqual(names);
    await shop.close();
  },
);

/** A double click: two orders of one user in one second. */
const BOTH = { user: 'studio', createTime: daysAgo(170) };

test.each([
  ['tbl_order', 'tbl_order_archive'],
  ['tbl_order_archive', 'tbl_order'],
])('an order that %s and %s give different folders keeps its files in both', async (...tables) => {
  const { shop, orders, before } = await openShop('sqlite', [
    { ...BOTH, jobs: [{ image: 'm.txt' }], discusses: [['said.txt']] },
    { ...BOTH, jobs: [{ image: 'own.txt' }, { image: 'said.txt' }], discusses: [['talk.txt']] },
  ]);
  const twice = at(orders, 1);
  expect(at(orders, 0).folder).toBe(twice.folder);
  await shop.world.ask(async (database) => {
    await database.run('CREATE TABLE tbl_order_archive AS SELECT * FROM tbl_order');
    await database.run(
      "UPDATE tbl_order_archive SET create_time = '2020-01-01 00:00:00' WHERE id_order = ?",
      [twice.id],
    );
    await database.run('DROP VIEW orderbak_order');
    await database.run(`CREATE VIEW orderbak_order AS ${tables.map(row).join(' UNION ALL ')}`);
  });
  await shop.run('insert');
  await shop.run('unlink-trash', { maxDelete: { kind: 'share', percent: 100 } });
  const talk = await shop.run('unlink-discuss');
  expect(talk).toMatchObject({ counts: { done: 0 } });
  expect(heldBy(talk)['said.txt']).toBe(
    `the view orderbak_order gives order ${twice.id} twice, and not the same`,
  );
  expect(await shop.changes(before)).toEqual([]);
  await shop.close();
});
