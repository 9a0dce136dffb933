import { mkdirSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ENGINES } from '../support/database.js';
import type { PlantedOrder } from '../support/planting.js';
import { at, openShop, type Shop } from './shop.js';

const PLAN = {
  jobs: [{ image: 'main.txt', attach: ['ref.txt', 'more.txt'] }],
  discusses: [['chat.txt']],
};
const EDITED = 'bytes that the staff wrote when the order was open again';

describe.for(ENGINES)('an order that was cleared, opened again and finished once more, on %s', (engine) => {
  let shop: Shop;
  let order: PlantedOrder;
  beforeEach(async () => {
    const opened = await openShop(engine, [PLAN, PLAN]);
    shop = opened.shop;
    order = at(opened.orders, 0);
    await shop.run('insert');
    await shop.run('unlink-discuss');
    await shop.backUp();
    await shop.run('unlink-backed-up');
    // As the office's word and the removals of years ago would stand in the table.
    await sql(
      "UPDATE tbl_bak_order SET bak_date_time = '2015-01-01 00:00:00', unlink_time = '2015-01-02 00:00:00'",
    );
    await openAgain();
  });
  afterEach(() => shop.close());

  const sql = (text: string, ...values: (string | number)[]) =>
    shop.world.ask((database) => database.run(text, values));
  const place = (name = '') => path.join(shop.world.root, order.folder, name);
  const closed = async () =>
    (await shop.rows()).filter((row) => row.order === order.id && row.isUnlinked).map((row) => row.name);
  const why = (name: string) => shop.app.why(`${order.folder}/${name}`, '/');
  const rowOf = async (name: string) =>
    (await shop.rows()).find((row) => row.order === order.id && row.name === name);

  /** A night sees the order open; what comes back then is written by `work`. */
  async function openAgain(): Promise<void> {
    await shop.world.setStatus(order.id, 4);
    await shop.run('insert');
    await shop.world.setStatus(order.id, 9);
  }

  test('what lies there anew is recorded, copied and removed as if it were new', async () => {
    writeFileSync(place('main.txt'), EDITED);
    writeFileSync(place('chat.txt'), EDITED);
    const before = await shop.disk();
    expect(await why('main.txt')).toMatchObject({
      status: 'due',
      reason: expect.stringContaining('was finished once more since'),
      next: `orderbak insert --order ${order.id}`,
    });
    expect((await shop.run('insert', { dryRun: true })).counts).toMatchObject({ planned: 2 });
    expect(await closed()).toHaveLength(4);
    expect((await shop.run('insert')).counts).toMatchObject({ planned: 2, done: 2 });
    expect((await closed()).sort()).toEqual(['more.txt', 'ref.txt']);
    expect(await rowOf('main.txt')).toMatchObject({ isBackedUp: false, size: null, sha256: null });
    expect((await shop.run('insert')).counts).toMatchObject({ planned: 0, done: 0 });

    expect((await shop.run('unlink-backed-up')).counts).toMatchObject({ planned: 0, done: 0 });
    expect((await shop.run('unlink-discuss')).counts).toMatchObject({ planned: 1, done: 1 });
    await shop.backUp();
    expect((await shop.run('unlink-backed-up')).counts).toMatchObject({ planned: 1, done: 1 });
    expect(await closed()).toHaveLength(4);
    expect((await shop.changes(before)).map((line) => line.split(':')[1]?.trim()).sort()).toEqual([
      `${order.folder}/chat.txt`,
      `${order.folder}/main.txt`,
    ]);
  });

  test('it stays closed while the order is as it was when the file was removed', async () => {
    writeFileSync(place('main.txt'), EDITED);
    await sql("UPDATE tbl_bak_order SET unlink_time = '2037-01-01 00:00:00'");
    expect((await shop.run('insert')).counts).toMatchObject({ planned: 0, done: 0 });
    expect(await closed()).toHaveLength(4);
    expect(await why('main.txt')).toMatchObject({
      status: 'kept',
      reason: expect.stringContaining('2037-01-01 00:00:00, but it is there again'),
      next: null,
    });
  });

  test('what is not there, or no regular file in a real folder, stays closed', async () => {
    writeFileSync(place('main.txt'), EDITED);
    symlinkSync(place('main.txt'), place('ref.txt'));
    mkdirSync(place('more.txt'));
    expect((await shop.run('insert')).counts).toMatchObject({ done: 1 });
    expect((await closed()).sort()).toEqual(['chat.txt', 'more.txt', 'ref.txt']);
    await sql("UPDATE tbl_bak_order SET unlink_time = '2015-01-02 00:00:00'");
    await openAgain();
    renameSync(place(), `${shop.world.root}-elsewhere`);
    symlinkSync(`${shop.world.root}-elsewhere`, place());
    expect((await shop.run('insert')).counts).toMatchObject({ done: 0 });
    expect(await closed()).toHaveLength(4);
    unlinkSync(place());
  });

  test('where the root is away nothing is taken for gone: the next insert finds it', async () => {
    writeFileSync(place('main.txt'), EDITED);
    const { root } = shop.world;
    renameSync(root, `${root}-away`);
    expect(await shop.run('insert')).toMatchObject({ ok: false, exit: 75 });
    renameSync(`${root}-away`, root);
    expect((await shop.run('insert')).counts).toMatchObject({ done: 1 });
    expect((await closed()).sort()).toEqual(['chat.txt', 'more.txt', 'ref.txt']);
  });

  test('where the place of its disk is empty, or the folder is a link for a while, the next insert finds it', async () => {
    writeFileSync(place('main.txt'), EDITED);
    const { root } = shop.world;
    renameSync(root, `${root}-away`);
    mkdirSync(root);
    expect(await shop.run('insert')).toMatchObject({ ok: false, exit: 75 });
    rmSync(root, { recursive: true });
    renameSync(`${root}-away`, root);

    const folder = path.join(root, order.folder);
    renameSync(folder, `${root}-elsewhere`);
    symlinkSync(`${root}-elsewhere`, folder);
    expect(await shop.run('insert')).toMatchObject({ exit: 0, counts: { done: 0 } });
    unlinkSync(folder);
    renameSync(`${root}-elsewhere`, folder);
    expect((await shop.run('insert')).counts).toMatchObject({ done: 1 });
    expect((await closed()).sort()).toEqual(['chat.txt', 'more.txt', 'ref.txt']);
  });
});
