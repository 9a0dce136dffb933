import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ENGINES } from '../support/database.js';
import type { OrderPlan } from '../support/order-plan.js';
import type { PlantedOrder } from '../support/planting.js';
import { runOrderbak } from '../support/run.js';
import { at, openShop, type Shop, type StepName } from './shop.js';

/** Orders in which a run was killed: between writing a removal down and doing it, or between doing it and saying so. */
const ORDER: OrderPlan = {
  jobs: [{ image: 'm.txt', attach: ['a.txt', 'b.txt', 'c.txt'] }],
  discusses: [['gone.txt', 'there.txt']],
};

/** Nobody's number everywhere: the account of the shop's web server. */
const SHOP = 65_534;

describe.for(ENGINES)('what a killed run left on %s', (engine) => {
  let shop: Shop;
  let orders: PlantedOrder[];

  beforeAll(async () => {
    ({ shop, orders } = await openShop(engine, [ORDER, ORDER, ORDER]));
    await shop.run('insert');
    await shop.backUp((name) => name !== 'c.txt');
  });
  afterAll(() => shop.close());

  const place = (order: PlantedOrder, name: string) => path.join(shop.world.root, order.folder, name);
  const deletions = () =>
    shop.world.ask((database) => database.all('SELECT * FROM orderbak_deletion ORDER BY id'));
  const rowOf = async (order: PlantedOrder, name: string) => {
    const row = (await shop.rows()).find((each) => each.order === order.id && each.name === name);
    if (row === undefined) throw new Error(`no row for ${name}`);
    return row;
  };

  async function writeDown(
    rule: string,
    order: PlantedOrder,
    name: string,
    quarantine: string | null = null,
  ) {
    const rows = rule === 'trash' ? [] : [(await rowOf(order, name)).id];
    await shop.world.ask((database) =>
      database.run(
        `INSERT INTO orderbak_deletion (run_id, rule, folder, filename, row_ids, size, thumb, quarantine, intended_ms)
         VALUES (77, ?, ?, ?, ?, 5, 'made', ?, 1)`,
        [rule, order.folder, name, JSON.stringify(rows), quarantine],
      ),
    );
  }

  async function unfinished(): Promise<string[]> {
    return (await deletions()).filter((each) => each.done_ms === null).map((each) => String(each.filename));
  }

  test('a removal that was done is closed, one that was not is forgotten and decided anew', async () => {
    const order = at(orders, 0);
    await writeDown('discuss', order, 'gone.txt');
    await writeDown('discuss', order, 'there.txt');
    await rm(place(order, 'gone.txt'));
    await shop.world.setStatus(order.id, 4);
    const dry = await shop.run('unlink-discuss', { dryRun: true, only: [order.id] });
    expect(dry.exit).toBe(0);
    expect(await unfinished()).toEqual(['gone.txt', 'there.txt']);

    expect((await shop.run('unlink-discuss', { only: [order.id] })).counts).toMatchObject({
      done: 0,
      held: 1,
    });
    expect(await unfinished()).toEqual([]);
    expect((await deletions()).map((each) => [each.filename, each.run_id])).toEqual([['gone.txt', 77]]);
    expect(await rowOf(order, 'gone.txt')).toMatchObject({ isUnlinked: true, isMissing: false });
    expect(await rowOf(order, 'there.txt')).toMatchObject({ isUnlinked: false, isMissing: false });
    expect(existsSync(place(order, 'there.txt'))).toBe(true);
  });

  test('what another step wrote down is left to that step: it may be in the middle of it', async () => {
    const order = at(orders, 1);
    await writeDown('backed-up', order, 'a.txt');
    await writeDown('backed-up', order, 'b.txt');
    await rm(place(order, 'a.txt'));
    for (const step of ['unlink-discuss', 'unlink-trash'] satisfies StepName[]) {
      await shop.run(step, { only: [order.id] });
      expect(await unfinished()).toEqual(['a.txt', 'b.txt']);
    }
    await shop.run('unlink-backed-up', { only: [order.id] });
    expect(await unfinished()).toEqual([]);
    expect(await rowOf(order, 'a.txt')).toMatchObject({ isUnlinked: true, isMissing: false });
    expect(await rowOf(order, 'b.txt')).toMatchObject({ isUnlinked: true });
    expect(existsSync(place(order, 'c.txt'))).toBe(true);
  });

  test('a folder that became a link tells nothing, and is in nobody’s way', async () => {
    const [order, other] = [at(orders, 2), at(orders, 0)];
    const quarantine = `.orderbak-trash/77/${order.folder}`;
    await writeDown('discuss', order, 'gone.txt');
    await writeDown('trash', order, 'y.tmp', `${quarantine}/y.tmp`);
    await mkdir(path.join(shop.world.root, quarantine), { recursive: true });
    await writeFile(path.join(shop.world.root, quarantine, 'y.tmp'), 'trash');
    const [folder, moved] = [place(order, ''), path.join(shop.world.folder, 'moved')];
    await rename(folder, moved);
    await symlink(moved, path.join(shop.world.root, order.folder));
    await shop.world.setStatus(other.id, 9);
    expect(await shop.run('unlink-discuss')).toMatchObject({ exit: 0, counts: { done: 1, held: 2 } });
    expect(await rowOf(order, 'gone.txt')).toMatchObject({ isUnlinked: false, isMissing: false });
    expect(await rowOf(other, 'there.txt')).toMatchObject({ isUnlinked: true });
    expect((await shop.run('unlink-trash')).exit).toBe(0);
    expect(await unfinished()).toEqual(['gone.txt', 'y.tmp']);

    // Nobody forgets what it was taken for meanwhile: in the quarantine it would be a stranger's.
    await unlink(path.join(shop.world.root, order.folder));
    await rename(moved, folder);
    for (const step of ['unlink-discuss', 'unlink-trash'] satisfies StepName[])
      expect((await shop.run(step)).exit).toBe(0);
    expect(await unfinished()).toEqual([]);
    const paths = [{ folder: order.folder, filename: 'y.tmp' }];
    expect(await shop.restore({ paths })).toMatchObject({ exit: 0, counts: { done: 1 } });
    expect(await readFile(place(order, 'y.tmp'), 'utf8')).toBe('trash');
  });

  test('trash that was killed between itself and its thumb: the thumb follows', async () => {
    const order = at(orders, 1);
    const room = path.join(shop.world.root, '.orderbak-trash/77', order.folder);
    await writeDown('trash', order, 'x.jpg', `.orderbak-trash/77/${order.folder}/x.jpg`);
    await mkdir(path.join(shop.world.root, order.folder, 'thumb'), { recursive: true });
    await writeFile(place(order, 'thumb/x.jpg'), 'its thumb');
    expect((await shop.run('unlink-trash')).exit).toBe(0);
    expect(await unfinished()).toEqual([]);
    expect(existsSync(place(order, 'thumb/x.jpg'))).toBe(false);
    expect(await readFile(path.join(room, 'thumb/x.jpg'), 'utf8')).toBe('its thumb');
  });

  test('a folder that is gone with its order: what was written down is done', async () => {
    const order = at(orders, 1);
    await writeDown('trash', order, 'x.tmp', `.orderbak-trash/77/${order.folder}/x.tmp`);
    await rm(path.join(shop.world.root, order.folder), { recursive: true });
    expect((await shop.run('unlink-trash')).exit).toBe(0);
    expect(await unfinished()).toEqual([]);
    expect((await deletions()).at(-1)).toMatchObject({ filename: 'x.tmp', purged_ms: null });
  });

  test('a folder that cannot be looked into tells nothing, and is in nobody’s way', async (context) => {
    context.skip(process.geteuid?.() !== 0, 'only root makes a folder that another user cannot look into');
    const added = await shop.world.addOrders([ORDER, ORDER]);
    const [shut, other] = [at(added, 0), at(added, 1)];
    await shop.run('insert');
    await writeDown('discuss', shut, 'gone.txt');
    await rm(place(shut, 'gone.txt'));
    await chmod(shop.world.folder, 0o755);
    execFileSync('chown', ['-R', `${SHOP}:${SHOP}`, shop.world.folder]);
    execFileSync('chown', ['0:0', place(shut, '')]);
    await chmod(place(shut, ''), 0o700);
    const only = ['--order', String(shut.id), String(other.id)];
    const { code, stdout } = await runOrderbak(shop.world, ['unlink-discuss', '--json', ...only], {
      uid: SHOP,
    });
    expect({ code, ...JSON.parse(stdout) }).toMatchObject({ code: 3, counts: { done: 2, failed: 2 } });
    expect(await unfinished()).toEqual(['gone.txt']);
    expect(await rowOf(shut, 'gone.txt')).toMatchObject({ isUnlinked: false, isMissing: false });

    expect(await shop.run('unlink-discuss', { only: [shut.id] })).toMatchObject({
      exit: 0,
      counts: { done: 1 },
    });
    expect(await unfinished()).toEqual([]);
    expect(await rowOf(shut, 'gone.txt')).toMatchObject({ isUnlinked: true, isMissing: false });
  });
});
