import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { ENGINES, type Engine } from '../support/database.js';
import { nameFolders } from '../support/folder-views.js';
import type { OrderPlan } from '../support/order-plan.js';
import { plantFiles } from '../support/planting.js';
import { createWorld } from '../support/worlds.js';
import { at, heldBy, Shop } from './shop.js';

const HOST: OrderPlan = {
  jobs: [{ image: 'm.txt' }],
  discusses: [['a.jpg', 'c.jpg']],
  trash: ['b.jpg', 'stray.tmp'],
};
const LODGER: OrderPlan = { jobs: [{ image: 'a.jpg' }, { image: 'b.jpg' }], trash: ['c.jpg'] };

/** Two orders, of which the second has its folder below that of the first, or there; the view gives it as `spelt` says. */
async function openNested(
  engine: Engine,
  lodger: OrderPlan,
  below: string,
  spelt = (folder: string) => folder,
) {
  const world = await createWorld(engine, { pictures: 'small' });
  const [host, other] = await world.addOrders([HOST, { ...lodger, missing: 'all' }]);
  if (host === undefined || other === undefined) throw new Error('there are no orders');
  const nested = path.posix.join(host.folder, below);
  await plantFiles(world, { id: other.id, folder: nested, plan: lodger });
  const folders = new Map([
    [host.id, host.folder],
    [other.id, spelt(nested)],
  ]);
  const shop = await Shop.open(world, await nameFolders(world, folders));
  await shop.app.migrate();
  return { shop, host, lodger: other };
}

describe.for(ENGINES)('an order whose folder is the thumbs’ folder of another on %s', (engine) => {
  test.each([
    ['that is open', { ...LODGER, status: 4 }],
    ['that is finished', LODGER],
  ])('%s: nothing of either is touched', async (_, plan) => {
    const { shop, host, lodger } = await openNested(engine, plan, 'thumb');
    const before = await shop.disk();
    await shop.run('insert');
    await shop.backUp();
    const words = `order ${lodger.id} has its folder among the thumbs of this one`;
    const talk = await shop.run('unlink-discuss');
    expect(heldBy(talk)).toEqual({ 'a.jpg': words, 'c.jpg': words });
    const trash = await shop.run('unlink-trash', { maxDelete: { kind: 'share', percent: 100 } });
    expect(heldBy(trash)).toEqual({ 'stray.tmp': words });
    const gone = await shop.run('unlink-backed-up');
    expect(heldBy(gone)).toMatchObject({ 'm.txt': words });
    expect([talk, trash, gone].map((summary) => summary.counts.done)).toEqual([0, 0, 0]);
    expect(await shop.changes(before)).toEqual([]);
    // With the order elsewhere the folder is one like others.
    await shop.world.ask((database) =>
      database.run("UPDATE tbl_order SET title = 'elsewhere' WHERE id_order = ?", [lodger.id]),
    );
    expect((await shop.run('unlink-backed-up')).counts.done).toBe(1);
    expect(at(shop.world.orders, 0).id).toBe(host.id);
    await shop.close();
  });

  test('spelt in another way: it has no folder that may be touched', async () => {
    const { shop, lodger } = await openNested(engine, LODGER, 'Thumb');
    await shop.run('insert');
    const { folders, homeless } = await shop
      .openGround()
      .then((ground) => ground.source.folderFacts([lodger.id]).finally(() => ground.close()));
    expect(folders).toEqual([]);
    expect(homeless.get(lodger.id)).toContain('among the thumbs');
    await shop.close();
  });
});

describe.for(ENGINES)(
  'an order whose folder the view spells otherwise than that of another on %s',
  (engine) => {
    test.each(['x/', './x', '/x', 'x//', 'y/../x', '.\\x', './x/thumb/'])(
      '%s: nothing there is touched',
      async (how) => {
        const open: OrderPlan = { jobs: [{ image: 'a.jpg' }, { image: 'own.txt' }], status: 4 };
        const below = how.includes('thumb') ? 'thumb' : '.';
        const spelt = (folder: string) => how.replace(/x(?:\/thumb)?/, folder);
        const { shop, lodger } = await openNested(engine, open, below, spelt);
        await shop.run('insert');
        await shop.backUp();
        const before = await shop.disk();
        const words = `the view orderbak_order spells this folder otherwise for order ${lodger.id}`;
        const talk = await shop.run('unlink-discuss');
        expect(heldBy(talk)).toEqual({ 'a.jpg': words, 'c.jpg': words });
        const trash = await shop.run('unlink-trash', { maxDelete: { kind: 'share', percent: 100 } });
        expect(heldBy(trash)).toMatchObject({ 'stray.tmp': words });
        const gone = await shop.run('unlink-backed-up');
        expect(heldBy(gone)).toMatchObject({ 'm.txt': words });
        expect(await shop.changes(before)).toEqual([]);
        await shop.close();
      },
    );
  },
);
