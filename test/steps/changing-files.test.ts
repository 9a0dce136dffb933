import {
  chmodSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { OrderPlan } from '../support/order-plan.js';
import type { PlantedOrder } from '../support/planting.js';
import { runWhile, WATCHER } from './meanwhile.js';
import { at, heldBy, openShop, type Shop } from './shop.js';

const ORDER: OrderPlan = {
  jobs: [{ image: 'main.jpg', attach: ['a.txt', 'b.txt', 'c.txt'] }],
  discusses: [['chat.jpg', 'other.jpg']],
  trash: ['trash.bin', 'other.bin'],
};

describe('a file that is to go, and changes when the plan is made', () => {
  let shop: Shop;
  let orders: PlantedOrder[];
  let used = 0;
  const nextOrder = () => at(orders, used++);

  beforeAll(async () => {
    ({ shop, orders } = await openShop(
      'sqlite',
      Array.from({ length: 12 }, () => ORDER),
    ));
    await shop.run('insert');
    await shop.backUp();
  });
  afterAll(() => shop.close());

  const rowOf = async (order: PlantedOrder, name: string) =>
    (await shop.rows()).find((row) => row.order === order.id && row.name === name);
  const isThere = async (order: PlantedOrder, name: string) =>
    (await shop.disk()).get(`${order.folder}/${name}`)?.kind === 'file';

  test('a chat that a job comes to name: it waits until that is recorded', async () => {
    const order = nextOrder();
    const done = await runWhile(shop, order, 'unlink-discuss', ({ sql, order: id }) =>
      sql('INSERT INTO tbl_job (id_order, image) VALUES (?, ?)', id, 'chat.jpg'),
    );
    expect(heldBy(done)).toEqual({ 'chat.jpg': expect.stringContaining('names it as main too') });
    expect(done.counts.done).toBe(1);
  });

  test('other bytes of the same size, with the old time', async () => {
    const order = nextOrder();
    const done = await runWhile(shop, order, 'unlink-backed-up', ({ place }) => {
      const bytes = readFileSync(place('main.jpg'));
      bytes.writeUInt8(bytes.readUInt8(0) ^ 1, 0);
      writeFileSync(place('main.jpg'), bytes);
      utimesSync(place('main.jpg'), 1, 1);
    });
    expect(heldBy(done)).toEqual({
      'main.jpg': expect.stringContaining('it changed after it was backed up'),
    });
    expect(await rowOf(order, 'main.jpg')).toMatchObject({ isBackedUp: false, sha256: null });
    expect(await isThere(order, 'main.jpg')).toBe(true);
  });

  test('another receipt, because it was copied once more', async () => {
    const order = nextOrder();
    const done = await runWhile(shop, order, 'unlink-backed-up', ({ sql, order: id }) =>
      sql(
        'UPDATE tbl_bak_order SET file_sha256 = ? WHERE id_order = ? AND file_type = 1',
        'ab'.repeat(32),
        id,
      ),
    );
    expect(heldBy(done)).toEqual({ 'main.jpg': expect.stringContaining('its receipt was replaced') });
    expect(await isThere(order, 'main.jpg')).toBe(true);
  });

  test('a mark that is taken back', async () => {
    const done = await runWhile(shop, nextOrder(), 'unlink-backed-up', ({ sql, order }) =>
      sql('UPDATE tbl_bak_order SET bak_date_time = NULL WHERE id_order = ? AND file_type = 1', order),
    );
    expect(heldBy(done)).toEqual({ 'main.jpg': expect.stringContaining('not backed up yet') });
  });

  test('trash that an order comes to name; the rest goes', async () => {
    const order = nextOrder();
    const done = await runWhile(shop, order, 'unlink-trash', ({ sql, order: id }) =>
      sql('INSERT INTO tbl_job (id_order, image) VALUES (?, ?)', id, 'trash.bin'),
    );
    expect(done).toMatchObject({ exit: 0, counts: { planned: 2, done: 1, skipped: 1, held: 0 } });
    expect(await isThere(order, 'trash.bin')).toBe(true);
    expect(await isThere(order, 'other.bin')).toBe(false);
  });

  test('trash whose twin an order comes to name', async () => {
    const order = nextOrder();
    const done = await runWhile(shop, order, 'unlink-trash', ({ sql, order: id }) =>
      sql('INSERT INTO tbl_job (id_order, image) VALUES (?, ?)', id, 'TRASH.BIN'),
    );
    expect(heldBy(done)).toEqual({ 'trash.bin': expect.stringContaining('only by case') });
    expect(await isThere(order, 'trash.bin')).toBe(true);
  });

  test('trash that is written to', async () => {
    const order = nextOrder();
    const done = await runWhile(shop, order, 'unlink-trash', ({ place }) =>
      writeFileSync(place('trash.bin'), 'new'),
    );
    expect(done.counts).toMatchObject({ planned: 2, done: 1 });
    expect(heldBy(done)).toEqual({ 'trash.bin': expect.stringContaining('too young') });
    expect(await isThere(order, 'trash.bin')).toBe(true);
  });

  test('a file that is gone already: nobody says that it was removed here', async () => {
    const order = nextOrder();
    const chat = await runWhile(shop, order, 'unlink-discuss', ({ place }) => rmSync(place('chat.jpg')));
    expect(chat).toMatchObject({ exit: 0, counts: { planned: 2, done: 1, skipped: 1, held: 0 } });
    expect(await rowOf(order, 'chat.jpg')).toMatchObject({ isMissing: true, isUnlinked: false });
    const trash = await runWhile(shop, order, 'unlink-trash', ({ place }) => rmSync(place('trash.bin')));
    expect(trash).toMatchObject({ exit: 0, counts: { planned: 2, done: 1, skipped: 1 } });
  });

  test('a folder that is gone already', async () => {
    const order = nextOrder();
    for (const [step, files] of [
      ['unlink-discuss', 2],
      ['unlink-trash', 2],
    ] as const) {
      const done = await runWhile(shop, order, step, ({ place }) =>
        rmSync(place(), { recursive: true, force: true }),
      );
      if (step === 'unlink-discuss') expect(done.counts).toMatchObject({ planned: files, skipped: files });
      else expect(done).toMatchObject({ exit: 0, counts: { planned: 0, done: 0, failed: 0 } });
    }
  });

  test('a change of the rights is no change of the bytes, but it is looked at again', async () => {
    const order = nextOrder();
    const done = await runWhile(shop, order, 'unlink-backed-up', ({ place }) =>
      chmodSync(place('main.jpg'), 0o600),
    );
    expect(done.counts).toMatchObject({ done: 4, held: 0 });
  });
});

test('the disk goes away in the middle of a run: nothing is taken for missing', async () => {
  // More than may be in hand at once.
  const plans = Array.from({ length: 90 }, (_, index) => ({ discusses: [[`chat-${index}.txt`]] }));
  const { shop } = await openShop('sqlite', plans);
  await shop.run('insert');
  const { root } = shop.world;
  let told = 0;
  const advanced = () => {
    told += 1;
    if (told > 1) return;
    renameSync(root, `${root}-disk`);
    mkdirSync(root);
  };
  const done = await shop.run('unlink-discuss', { watcher: { ...WATCHER, advanced } });
  rmdirSync(root);
  renameSync(`${root}-disk`, root);
  expect(done).toMatchObject({ ok: false, exit: 75, errors: [{ code: 'root-away' }] });
  expect((await shop.rows()).filter((row) => row.isMissing)).toEqual([]);
  const again = await shop.run('unlink-discuss');
  expect(again).toMatchObject({ exit: 0, counts: { done: 90 - done.counts.done, skipped: 0 } });
  await shop.close();
});
