import { existsSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { daysAgo } from '../support/clock.js';
import { ENGINES, type Engine } from '../support/database.js';
import { nameFolders } from '../support/folder-views.js';
import { plantFiles } from '../support/planting.js';
import { createWorld } from '../support/worlds.js';
import { at, heldBy, openShop, Shop } from './shop.js';

/** A double click: two orders of one user in one second. */
const BOTH = { user: 'studio', createTime: daysAgo(170) };

describe.each(ENGINES)('an order that the shop deletes, in a folder that it shares, on %s', (engine) => {
  let shop: Shop;
  let deleted: number;
  let there: (name: string) => boolean;

  beforeEach(async () => {
    const opened = await openShop(engine, [
      { ...BOTH, jobs: [{ image: 'x.jpg', attach: ['said.jpg'] }] },
      { ...BOTH, jobs: [{ image: 'y.jpg' }], discusses: [['said.jpg', 'chat.jpg']], trash: ['left.tmp'] },
    ]);
    ({ shop } = opened);
    const [first, second] = [at(opened.orders, 0), at(opened.orders, 1)];
    expect(first.folder).toBe(second.folder);
    deleted = first.id;
    there = (name) => existsSync(path.join(shop.world.root, second.folder, name));
    await shop.run('insert');
  });
  afterEach(() => shop.close());

  const forget = (...tables: string[]) =>
    shop.world.ask(async (database) => {
      for (const table of ['tbl_order', ...tables])
        await database.run(`DELETE FROM ${table} WHERE id_order = ?`, [deleted]);
    });

  test.each([[[]], [['tbl_job']]])(
    'keeps what is recorded of it from the trash (also gone: %j)',
    async (tables) => {
      await forget(...tables);
      const done = await shop.run('unlink-trash');
      expect(done).toMatchObject({ counts: { done: 0 } });
      expect(heldBy(done)['x.jpg'] ?? heldBy(done)['left.tmp']).toContain(`no longer knows order ${deleted}`);
      expect(['x.jpg', 'y.jpg', 'said.jpg'].filter(there)).toEqual(['x.jpg', 'y.jpg', 'said.jpg']);
    },
  );

  test('keeps a file that it shares with a discussion', async () => {
    await forget('tbl_job');
    const done = await shop.run('unlink-discuss');
    expect(done).toMatchObject({ counts: { done: 1 } });
    expect(heldBy(done)['said.jpg']).toContain(`no longer knows order ${deleted}`);
    expect([there('said.jpg'), there('chat.jpg')]).toEqual([true, false]);
  });
});

const MATE = { jobs: [{ image: 'y.jpg' }], trash: ['left.tmp'] };
const GONE = { jobs: [{ image: 'x.jpg' }], createTime: daysAgo(200) };

/** Two orders in one folder that only the view names, and what has been recorded of them. */
async function openNamed(engine: Engine, spelt = (folder: string) => folder) {
  const world = await createWorld(engine, { pictures: 'small' });
  const [mate, gone] = await world.addOrders([MATE, { ...GONE, missing: 'all' }]);
  if (mate === undefined || gone === undefined) throw new Error('there are no orders');
  await plantFiles(world, { id: gone.id, folder: mate.folder, plan: GONE });
  const folders = new Map([
    [mate.id, mate.folder],
    [gone.id, spelt(mate.folder)],
  ]);
  const shop = await Shop.open(world, await nameFolders(world, folders));
  await shop.app.migrate();
  const change = (sql: string) => shop.world.ask((database) => database.run(sql));
  return {
    shop,
    gone,
    mate,
    change,
    forget: () => change(`DELETE FROM tbl_order WHERE id_order = ${gone.id}`),
  };
}

describe.each(ENGINES)(
  'an order that the shop deletes, whose folder only the view names, on %s',
  (engine) => {
    const ANY = { maxDelete: { kind: 'share', percent: 100 } } as const;

    test.each<[string, (shop: Awaited<ReturnType<typeof openNamed>>) => Promise<unknown>]>([
      ['recorded', ({ shop }) => shop.run('insert')],
      [
        'recorded by an earlier version',
        async ({ shop, change }) => {
          await shop.run('insert');
          await change('UPDATE tbl_bak_order SET order_folder = NULL');
          await change("DELETE FROM orderbak_setting WHERE name = 'folders'");
          await shop.app.migrate();
        },
      ],
      [
        'recorded before it moved there',
        async ({ shop, gone, mate, change }) => {
          await change(`UPDATE tbl_order SET title = 'elsewhere' WHERE id_order = ${gone.id}`);
          await shop.run('insert');
          await change(`UPDATE tbl_job SET attach = '["late.jpg"]' WHERE id_order = ${gone.id}`);
          await change(`UPDATE tbl_order SET title = '${mate.folder}' WHERE id_order = ${gone.id}`);
          await shop.run('insert');
        },
      ],
      [
        'recorded before it moved there, and has no new file since',
        async ({ shop, gone, mate, change }) => {
          await change(`UPDATE tbl_order SET title = 'elsewhere' WHERE id_order = ${gone.id}`);
          await shop.run('insert');
          await change(`UPDATE tbl_order SET title = '${mate.folder}' WHERE id_order = ${gone.id}`);
          expect((await shop.run('insert')).counts.done).toBe(0);
        },
      ],
    ])('%s: its files are not a neighbour’s trash', async (_, record) => {
      const named = await openNamed(engine);
      const { shop, gone } = named;
      await record(named);
      await named.forget();
      const before = await shop.disk();
      const done = await shop.run('unlink-trash', ANY);
      expect(heldBy(done)).toEqual({
        'left.tmp': expect.stringContaining(`no longer knows order ${gone.id}`),
      });
      expect(await shop.changes(before)).toEqual([]);
      await shop.close();
    });

    test('in a spelling of its own: the folder is one in doubt', async () => {
      const { shop, forget } = await openNamed(engine, (folder) => `./${folder}/`);
      await shop.run('insert');
      await forget();
      const before = await shop.disk();
      expect((await shop.run('unlink-trash', ANY)).counts.done).toBe(0);
      expect(await shop.changes(before)).toEqual([]);
      await shop.close();
    });
  },
);
