import { existsSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { change, WATCHER } from '../steps/meanwhile.js';
import { at, heldBy, openShop, type Shop, type Summary } from '../steps/shop.js';
import { ENGINES, type Engine, type Value } from '../support/database.js';
import type { PlantedOrder } from '../support/planting.js';

const TRASH = Array.from({ length: 40 }, (_, index) => `t-${index}.tmp`);
const MOST = { maxDelete: { kind: 'count', count: 99 } } as const;

let shop: Shop;
let order: PlantedOrder;
afterEach(() => shop.close());

/** A shop of two orders; trash of the first one waits. */
async function open(engine: Engine, trash = ['x.jpg', 'y.jpg']): Promise<void> {
  const opened = await openShop(engine, [
    { user: 'alice', jobs: [{ image: 'm.txt' }], trash },
    { user: 'bob', jobs: [{ image: 'm.txt' }] },
  ]);
  shop = opened.shop;
  order = at(opened.orders, 0);
  expect((await shop.run('unlink-trash', MOST)).counts.done).toBe(trash.length);
}

const sql = (text: string, ...values: Value[]) => shop.world.ask((database) => database.run(text, values));
const nameIt = (name: string) =>
  sql('INSERT INTO tbl_order_discuss (id_order, file) VALUES (?, ?)', order.id, JSON.stringify([name]));
const rename = (name: string) => sql("UPDATE tbl_user SET username = ? WHERE username LIKE 'alice%'", name);
const waiting = (names: readonly string[]) =>
  names.filter((name) => existsSync(path.join(shop.world.root, '.orderbak-trash/1', order.folder, name)));

describe.for(ENGINES)('what is purged on %s', (engine) => {
  test.for([
    ['its user has another name', () => rename('alice2')],
    ['its user has a name that names no folder', () => rename('alice/2')],
    [
      'its time was corrected',
      () => sql("UPDATE tbl_order SET create_time = '2020-01-01 10:00:00' WHERE id_order = ?", order.id),
    ],
  ] as const)('is nothing that an order wants whose folder is another one by now: %s', async ([, move]) => {
    await open(engine);
    await nameIt('x.jpg');
    await move();

    await shop.world.setStatus(order.id, 4);
    expect(heldBy(await shop.purge(0))).toEqual({
      'x.jpg': expect.stringContaining('is not finished'),
      'y.jpg': expect.stringContaining('is not finished'),
    });
    await shop.world.setStatus(order.id, 9);
    const done = await shop.purge(0);
    expect(done).toMatchObject({ exit: 0, counts: { done: 1, held: 1 } });
    expect(heldBy(done)['x.jpg']).toContain('names it as discuss');
    expect(waiting(['x.jpg', 'y.jpg'])).toEqual(['x.jpg']);
  });

  test('is nothing whose folder the view spells otherwise for its order by now', async () => {
    await open(engine);
    await sql('DROP VIEW orderbak_order');
    await sql(`CREATE VIEW orderbak_order AS SELECT id_order, create_time, 'alice' AS create_by, status,
      done_qc_time AS done_time, CASE WHEN id_order = ${order.id} THEN './${order.folder}' END AS folder FROM tbl_order`);
    const words = `the view orderbak_order spells this folder otherwise for order ${order.id}`;
    expect(heldBy(await shop.purge(0))).toEqual({ 'x.jpg': words, 'y.jpg': words });
  });

  test('is what lay in the folder of an order that is gone for good, but nothing while no order is known', async () => {
    await open(engine);
    await sql('CREATE TABLE kept AS SELECT * FROM tbl_order');
    await sql('DELETE FROM tbl_order');
    const blind = await shop.purge(0);
    expect(blind).toMatchObject({ exit: 0, counts: { planned: 0, done: 0, held: 2 } });
    expect(heldBy(blind)['x.jpg']).toBe('the database knows no order at all');

    await sql('INSERT INTO tbl_order SELECT * FROM kept WHERE id_order <> ?', order.id);
    expect(await shop.purge(0)).toMatchObject({ exit: 0, counts: { done: 2, held: 0 } });
  });

  test('is asked by its folder where an earlier version has not written its orders down', async () => {
    await open(engine);
    await sql('UPDATE orderbak_deletion SET order_ids = NULL');
    await nameIt('x.jpg');
    expect(await shop.purge(0)).toMatchObject({ exit: 0, counts: { done: 1, held: 1 } });
    await rename('alice3');
    expect(await shop.purge(0)).toMatchObject({ exit: 0, counts: { done: 1, held: 0 } });
  });
});

describe('a purge asks the database again', () => {
  const purgeWhile = (watcher: Partial<typeof WATCHER>): Promise<Summary> =>
    shop.purge(0, null, { watcher: { ...WATCHER, ...watcher } });

  test('after its plan: about orders that are somewhere else since', async () => {
    await open('sqlite');
    const done = await purgeWhile({
      started: () =>
        change(shop, order, ({ sql: run, order: id }) => {
          run("UPDATE tbl_user SET username = 'alice2' WHERE username = 'alice'");
          run('INSERT INTO tbl_order_discuss (id_order, file) VALUES (?, \'["x.jpg"]\')', id);
        }),
    });
    expect(done).toMatchObject({ exit: 0, counts: { planned: 2, done: 1, held: 1 } });
    expect(Object.keys(heldBy(done))).toEqual(['x.jpg']);
  });

  test('after its plan: about orders that came to share the folder', async () => {
    await open('sqlite');
    const done = await purgeWhile({
      started: () =>
        change(shop, order, ({ sql: run, order: id }) => {
          run(
            `INSERT INTO tbl_order (id_order, id_user, status, create_time)
             SELECT 9000, id_user, 1, create_time FROM tbl_order WHERE id_order = ?`,
            id,
          );
        }),
    });
    expect(done).toMatchObject({ exit: 0, counts: { planned: 2, done: 0, held: 2 } });
  });

  test('when it finds that no order is known any more', async () => {
    await open('sqlite');
    const done = await purgeWhile({
      started: () => change(shop, order, ({ sql: run }) => run('DELETE FROM tbl_order')),
    });
    expect(done).toMatchObject({ exit: 0, counts: { planned: 2, done: 0, held: 2 } });
  });

  test('before every few files', async () => {
    await open('sqlite', TRASH);
    let told = 0;
    const advanced = () => {
      told += 1;
      if (told > 1) return;
      change(shop, order, ({ sql: run, order: id }) =>
        run('INSERT INTO tbl_order_discuss (id_order, file) VALUES (?, \'["t-39.tmp"]\')', id),
      );
    };
    const done = await purgeWhile({ advanced });
    expect(done).toMatchObject({ exit: 0, counts: { planned: 40, done: 39, held: 1 } });
    expect(waiting(TRASH)).toEqual(['t-39.tmp']);
  });
});
