import { existsSync } from 'node:fs';
import { utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { at, openShop, type Shop } from '../steps/shop.js';
import { ENGINES } from '../support/database.js';
import { askOrderbak } from '../support/kept-orderbak.js';
import type { PlantedOrder } from '../support/planting.js';

const DAY = 86_400_000;
const TRASH = ['day-2.tmp', 'day-10.tmp', 'day-40.tmp', 'again-40.tmp', 'day-100.tmp'];

interface Cleared {
  readonly ok: boolean;
  readonly forgotten: number;
  readonly quarantine: { readonly run: number; readonly held: readonly object[] } | null;
  readonly log: object | null;
}

describe.for(ENGINES)('jobs clear on %s', (engine) => {
  let shop: Shop;
  let order: PlantedOrder;
  let log: string;
  beforeAll(async () => {
    const opened = await openShop(engine, [
      { jobs: [{ attach: ['a.txt', 'b.txt', 'c.txt', 'd.txt', 'e.txt', 'f.txt'] }], trash: TRASH },
    ]);
    ({ shop } = opened);
    order = at(opened.orders, 0);
    log = path.join(shop.world.folder, 'orderbak.log');
    for (let night = 0; night < 3; night++) await shop.run('insert');
    expect(await shop.run('unlink-trash')).toMatchObject({ exit: 0, counts: { done: TRASH.length } });
    await shop.world.ask(async (database) => {
      const age = 'UPDATE orderbak_deletion SET done_ms = ? WHERE filename = ?';
      for (const name of TRASH) await database.run(age, [Date.now() - Number(/\d+/.exec(name)) * DAY, name]);
      const ended = 'UPDATE orderbak_run SET started_ms = ?, ended_ms = ?, heard_ms = ? WHERE id = ?';
      for (const [run, days] of [
        [1, 100],
        [2, 40],
      ] as const) {
        const then = Date.now() - days * DAY;
        await database.run(ended, [then, then, then, run]);
      }
      // The shop names this one since it was taken for trash.
      await database.run('UPDATE tbl_job SET attach = ? WHERE id_order = ?', [
        '["a.txt","b.txt","c.txt","d.txt","e.txt","f.txt","again-40.tmp"]',
        order.id,
      ]);
    });
  });
  afterAll(() => shop.close());

  const clear = async (...args: string[]) => {
    const env = { ORDERBAK_LOG_FILE: log };
    const { code, stdout, stderr } = await askOrderbak(shop.world, ['jobs', 'clear', ...args], { env });
    return { code, stdout, stderr };
  };
  const cleared = async (...args: string[]) => JSON.parse((await clear('--json', ...args)).stdout) as Cleared;
  const waiting = () =>
    TRASH.filter((name) =>
      existsSync(path.join(shop.world.root, '.orderbak-trash', '4', order.folder, name)),
    );
  const runs = () =>
    shop.world.ask(async (database) =>
      (await database.all('SELECT id FROM orderbak_run ORDER BY id')).map(({ id }) => Number(id)),
    );
  const receipts = () =>
    shop.world.ask((database) =>
      database.all('SELECT id, run_id, folder, filename, size FROM orderbak_deletion ORDER BY id'),
    );

  test('a run that is named: it alone is forgotten, and nothing else is touched', async () => {
    const line = { level: 'info', time: new Date(0).toISOString(), step: 'insert', message: 'began' };
    await writeFile(`${log}.1`, `${JSON.stringify(line)}\n`);
    await utimes(`${log}.1`, 0, 0);
    expect(await clear('3')).toEqual({ code: 0, stdout: '1 run is forgotten.\n', stderr: '' });
    expect(await runs()).toEqual([1, 2, 4, 5]);
    expect(waiting()).toEqual(TRASH);
    expect(existsSync(`${log}.1`)).toBe(true);
  });

  test('--older-than: what is older, but trash not before [trash] keep is over, nor what the shop names', async () => {
    const before = await receipts();
    expect(await cleared('--older-than', '50d')).toMatchObject({
      ok: true,
      forgotten: 1,
      quarantine: { ok: true, command: 'purge-trash', run: 6, counts: { done: 1, held: 0 } },
      log: { files: 1 },
    });
    expect(await runs()).toEqual([2, 4, 5, 6]);
    expect(waiting()).toEqual(['day-2.tmp', 'day-10.tmp', 'day-40.tmp', 'again-40.tmp']);
    expect(existsSync(`${log}.1`)).toBe(false);

    const rest = await clear('--older-than', '0d');
    expect(rest).toMatchObject({ code: 0, stderr: '' });
    expect(rest.stdout).toMatch(
      /^1 run is forgotten\.\n2 files of the quarantine are deleted for good \(\d+ B\)\. 1 held back; `orderbak jobs show purge-trash` says why\.\n$/,
    );
    expect(waiting()).toEqual(['day-2.tmp', 'again-40.tmp']);
    expect(await receipts()).toEqual(before);
  });

  test('while nothing is old enough no run is made of it, and twice is as good as once', async () => {
    await shop.world.ask((database) =>
      database.run("UPDATE orderbak_deletion SET done_ms = ? WHERE filename = 'again-40.tmp'", [Date.now()]),
    );
    const before = await runs();
    expect(await clear()).toEqual({ code: 0, stdout: '0 runs are forgotten.\n', stderr: '' });
    expect(await cleared()).toEqual({
      ok: true,
      command: 'jobs clear',
      forgotten: 0,
      quarantine: null,
      log: { files: 0, bytes: 0 },
    });
    expect(await runs()).toEqual(before);
    expect(waiting()).toEqual(['day-2.tmp', 'again-40.tmp']);
  });

  test('where the root is not there the quarantine is not touched, and it says so', async () => {
    await shop.world.ask((database) =>
      database.run("UPDATE orderbak_deletion SET done_ms = 1 WHERE filename = 'day-2.tmp'"),
    );
    const env = { ORDERBAK_ORDERS_ROOT: path.join(shop.world.folder, 'home') };
    const done = await askOrderbak(shop.world, ['jobs', 'clear', '--json'], { env });
    expect(done.code).toBe(75);
    expect(JSON.parse(done.stdout)).toMatchObject({ ok: false, quarantine: { counts: { done: 0 } } });
    expect(done.stderr).toContain('stopped');
    expect(waiting()).toEqual(['day-2.tmp', 'again-40.tmp']);
  });
});
