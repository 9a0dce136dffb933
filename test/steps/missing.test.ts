import { existsSync, renameSync } from 'node:fs';
import { mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { daysAgo } from '../support/clock.js';
import { ENGINES } from '../support/database.js';
import type { PlantedOrder } from '../support/planting.js';
import { at, CHOICES, heldBy, openShop, type Shop } from './shop.js';

const shared = { user: 'studio', createTime: daysAgo(170) };
const PLAN = { jobs: [{ image: 'main.txt', attach: ['ref.txt'] }], discusses: [['chat.txt']] };
const COUNT = { kind: 'count', count: 999 } as const;

describe.for(ENGINES)('what was missing for a while, on %s', (engine) => {
  let shop: Shop;
  let order: PlantedOrder;
  beforeEach(async () => {
    const opened = await openShop(engine, [
      PLAN,
      { ...shared, discusses: [['of-both.txt', 'said.txt']] },
      { ...shared, discusses: [['of-both.txt']] },
    ]);
    shop = opened.shop;
    order = at(opened.orders, 0);
    await shop.run('insert');
    await shop.backUp();
  });
  afterEach(() => shop.close());

  const place = (name = '', of = order) => path.join(shop.world.root, of.folder, name);
  const row = async (name: string) => (await shop.rows()).find((each) => each.name === name);
  const missing = async () => (await shop.rows()).filter((each) => each.isMissing).map((each) => each.name);

  /** Both removing steps look while a folder is away. */
  async function lookInVain(of = order): Promise<void> {
    await rename(place('', of), `${shop.world.root}-away`);
    expect((await shop.run('unlink-discuss', { only: [of.id] })).exit).toBe(0);
    expect((await shop.run('unlink-backed-up', { only: [of.id] })).exit).toBe(0);
    await rename(`${shop.world.root}-away`, place('', of));
  }

  test('is removed when it is there again, and is missing no longer', async () => {
    await lookInVain();
    expect((await missing()).sort()).toEqual(['chat.txt', 'main.txt', 'ref.txt']);
    const { id } = order;
    expect((await shop.run('unlink-discuss', { only: [id] })).counts).toMatchObject({ planned: 1, done: 1 });
    expect((await shop.run('unlink-backed-up')).counts).toMatchObject({ planned: 2, done: 2 });
    expect(await missing()).toEqual([]);
    for (const name of ['chat.txt', 'main.txt', 'ref.txt'])
      expect(await row(name)).toMatchObject({ isUnlinked: true });
  });

  test('with other bytes it stays, and goes back to what is to be copied', async () => {
    await lookInVain();
    await writeFile(place('main.txt'), 'bytes that nobody has copied');
    const summary = await shop.run('unlink-backed-up');
    expect(summary.counts).toMatchObject({ planned: 2, done: 1, held: 1 });
    expect(heldBy(summary)).toEqual({ 'main.txt': expect.stringContaining('it will be copied again') });
    expect(await row('main.txt')).toMatchObject({ isBackedUp: false, isMissing: false, sha256: null });
    expect(existsSync(place('main.txt'))).toBe(true);
    await shop.backUp();
    expect((await shop.run('unlink-backed-up')).counts).toMatchObject({ done: 1 });
  });

  test('a guard holds it as it holds every file', async () => {
    await lookInVain();
    await shop.world.setStatus(order.id, 3);
    const summary = await shop.run('unlink-discuss', { only: [order.id] });
    expect(heldBy(summary)).toEqual({ 'chat.txt': expect.stringContaining('is not finished') });
    expect((await shop.run('unlink-backed-up')).counts).toMatchObject({ planned: 0, held: 2 });
    expect(existsSync(place('main.txt'))).toBe(true);
  });

  test('what is missing still is no entry of any plan, and its row stays as it is', async () => {
    await lookInVain();
    await rename(place(), `${shop.world.root}-away`);
    const before = await shop.rows();
    for (const step of ['unlink-discuss', 'unlink-backed-up'] as const) {
      const { counts, exit } = await shop.run(step, { only: [order.id] });
      expect({ exit, ...counts }).toMatchObject({ exit: 0, planned: 0, skipped: 0, held: 0 });
    }
    expect(await shop.rows()).toEqual(before);
  });

  test('a path of two records, of which one was found missing, goes once and closes both', async () => {
    const [, first, second] = shop.world.orders;
    if (first === undefined || second === undefined) throw new Error('three orders were planted');
    await shop.world.ask((database) =>
      database.run('UPDATE tbl_bak_order SET missing_time = ? WHERE id_order = ?', [
        '2026-01-01 00:00:00',
        first.id,
      ]),
    );
    await rename(place('of-both.txt', first), `${shop.world.root}-file`);
    const away = await shop.run('unlink-discuss', { dryRun: true, only: [first.id, second.id] });
    expect(away.counts).toMatchObject({ planned: 2, held: 0 });
    await rename(`${shop.world.root}-file`, place('of-both.txt', first));
    const { counts } = await shop.run('unlink-discuss', { only: [first.id, second.id] });
    expect(counts).toMatchObject({ planned: 2, done: 2, held: 0 });
    expect(await readdir(place('', first))).toEqual([]);
    expect((await shop.rows()).filter((each) => each.name === 'of-both.txt' && !each.isUnlinked)).toEqual([]);
  });

  test('what is missing for long is looked for once a month, and whenever its order is asked for', async () => {
    await shop.world.ask((database) =>
      database.run(
        "UPDATE tbl_bak_order SET missing_time = '2026-01-01 00:00:00' WHERE filename = 'chat.txt'",
      ),
    );
    const { bakFiles, close } = await shop.openGround();
    const isAmong = async (only: number[] | null, now?: number) =>
      (await bakFiles.openRows({ rule: 'discuss', only, now }, 0, 99)).some(
        (each) => each.filename === 'chat.txt',
      );
    const [week, day] = [Date.UTC(2026, 0, 7), 86_400_000];
    const month = await Promise.all(
      Array.from({ length: 31 }, (_, n) => isAmong(null, week + (40 + n) * day)),
    );
    expect(month.filter((among) => among)).toHaveLength(1);
    expect(await isAmong(null, week)).toBe(true);
    expect(await isAmong([order.id], week + 40 * day)).toBe(true);
    expect(await isAmong([order.id], week + 41 * day)).toBe(true);
    expect(await isAmong(null)).toBe(false);
    expect(await isAmong([order.id])).toBe(false);
    await close();
  });

  test('a mark of a missing file looks at the bytes again', async () => {
    await lookInVain();
    const [main, ref] = [await row('main.txt'), await row('ref.txt')];
    if (main === undefined || ref === undefined) throw new Error('both were recorded');
    await writeFile(place('main.txt'), 'bytes that nobody has copied');
    // The word of a person was about the bytes that were there then.
    const word = await shop.mark([{ id: main.id }, { id: ref.id }]);
    expect(word).toMatchObject({ counts: { done: 1, failed: 1 }, errors: [{ code: 'mismatch' }] });
    expect(await row('main.txt')).toEqual(main);
    expect(await row('ref.txt')).toMatchObject({ isMissing: false, isBackedUp: true, sha256: ref.sha256 });
    await lookInVain();
    await rename(place(), `${shop.world.root}-away`);
    const receipt = { id: ref.id, size: ref.size ?? -1, sha256: ref.sha256 ?? '' };
    expect((await shop.mark([receipt])).counts).toMatchObject({ done: 0, skipped: 1, failed: 0 });
    expect(await row('ref.txt')).toMatchObject({ isMissing: true, isBackedUp: true });
  });
});

describe.for(ENGINES)('order folders that do not exist, on %s', (engine) => {
  const ORDERS = 12;
  let shop: Shop;
  let orders: PlantedOrder[];
  beforeEach(async () => {
    ({ shop, orders } = await openShop(
      engine,
      Array.from({ length: ORDERS }, () => PLAN),
    ));
    await shop.run('insert');
    await shop.backUp();
  });
  afterEach(() => shop.close());

  const STEPS = ['unlink-discuss', 'unlink-backed-up'] as const;
  const missing = async () => (await shop.rows()).filter((row) => row.isMissing).length;
  const away = () => `${shop.world.root}-away`;

  async function takeAway(count: number): Promise<void> {
    await mkdir(away(), { recursive: true });
    for (const { folder } of orders.slice(0, count))
      await rename(path.join(shop.world.root, folder), path.join(away(), folder));
  }

  test('all of them: nothing is removed or noted, until a person vouches for it', async () => {
    await takeAway(ORDERS);
    const before = [await shop.disk(), await shop.rows()];
    for (const step of STEPS)
      for (const dryRun of [false, true]) {
        const summary = await shop.run(step, { dryRun });
        expect(summary).toMatchObject({ ok: false, exit: 5, counts: { done: 0, skipped: 0 } });
        expect(summary.stopped).toMatchObject({ code: 'folders-missing' });
        expect(summary.stopped?.message).toContain('none of the 12 order folders');
      }
    expect([await shop.disk(), await shop.rows()]).toEqual(before);

    const vouched = await shop.run('unlink-discuss', { maxDelete: COUNT });
    expect(vouched).toMatchObject({ exit: 0, counts: { done: 0, skipped: 12 } });
    expect(await missing()).toBe(ORDERS);
    // What is known to be missing raises no alarm.
    expect(await shop.run('unlink-discuss')).toMatchObject({ exit: 0, counts: { planned: 0, held: 0 } });
  });

  test('what is not there is not counted as removed: a ceiling does not keep it from being noted', async () => {
    await takeAway(11);
    const maxDelete = { kind: 'count', count: 0 } as const;
    const over = await shop.run('unlink-discuss', { maxDelete });
    expect(over).toMatchObject({ exit: 5, counts: { planned: 12, done: 0, skipped: 0 } });
    expect(over.stopped?.message).toContain('the plan removes 1 of ');
    expect(await missing()).toBe(0);
    const one = { ...maxDelete, count: 1 };
    expect(await shop.run('unlink-discuss', { maxDelete: one, limit: 11 })).toMatchObject({ exit: 5 });
    expect(await shop.run('unlink-discuss', { maxDelete: one })).toMatchObject({
      exit: 0,
      counts: { done: 1, skipped: 11 },
    });
    expect(await missing()).toBe(11);
  });

  test('what comes back between the plan and its turn stays: no ceiling has counted it', async () => {
    const [first] = orders;
    const folder = path.join(shop.world.root, first?.folder ?? '');
    await rename(folder, `${shop.world.root}-away`);
    const started = () => renameSync(`${shop.world.root}-away`, folder);
    const watcher = { ...CHOICES.watcher, started };
    const only = orders.slice(0, 2).map((order) => order.id);
    const summary = await shop.run('unlink-discuss', { only, watcher });
    expect(summary).toMatchObject({ exit: 0, counts: { planned: 2, done: 1, held: 1 } });
    expect(summary.held[0]?.reason).toBe('it was not there when the plan was made; the next run counts it');
    expect(await missing()).toBe(0);
    expect(await shop.run('unlink-discuss', { only })).toMatchObject({ counts: { planned: 1, done: 1 } });
  });

  test('not all of them, or too few to tell: noted as missing, as a shop may have cleaned up', async () => {
    await takeAway(11);
    expect(await shop.run('unlink-discuss')).toMatchObject({ exit: 0, counts: { done: 1, skipped: 11 } });
    expect(await missing()).toBe(11);
    const only = orders.slice(0, 9).map((order) => order.id);
    expect(await shop.run('unlink-backed-up', { only })).toMatchObject({
      exit: 0,
      counts: { done: 0, skipped: 18 },
    });
  });

  test('of orders that are held back anyhow they raise no alarm, night after night', async () => {
    await takeAway(ORDERS);
    for (const { id } of orders) await shop.world.setStatus(id, 3);
    expect(await shop.run('unlink-discuss')).toMatchObject({ exit: 0, counts: { planned: 0, held: ORDERS } });
    expect(await missing()).toBe(0);
  });
});
