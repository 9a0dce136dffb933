import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { OrderPlan } from '../support/order-plan.js';
import { plantFiles } from '../support/planting.js';
import { createWorld } from '../support/worlds.js';
import { heldBy, Shop } from './shop.js';

const CREATED = '2026-01-20 10:00:00';
const ANNA: OrderPlan = {
  user: 'anna.tran',
  createTime: CREATED,
  jobs: [{ image: 'm.txt' }],
  discusses: [['a.txt']],
  trash: ['stray.tmp'],
};
const OTHER: OrderPlan = {
  user: 'Anna.Tran',
  createTime: CREATED,
  jobs: [{ image: 'a.txt' }, { image: 'b.txt' }],
};

/** What a disk that is blind for case would have: the files of both orders in one folder, and the marker under each spelling. */
async function openTwins() {
  // The users of the shop's own tables on MariaDB differ by more than case.
  const world = await createWorld('sqlite');
  const [anna, other] = await world.addOrders([ANNA, { ...OTHER, missing: 'all' }]);
  if (anna === undefined || other === undefined) throw new Error('there are no orders');
  expect(other.folder).not.toBe(anna.folder);
  await plantFiles(world, { id: other.id, folder: anna.folder, plan: OTHER });
  await writeFile(path.join(world.root, '.ORDERBAK-ROOT'), '');
  const shop = await Shop.open(world);
  await shop.app.migrate();
  return { shop, anna, other };
}

test('of two orders whose folders the disk takes for one nothing is taken for trash, a talk or a copy', async () => {
  const { shop, other } = await openTwins();
  const before = await shop.disk();
  await shop.run('insert');
  await shop.backUp((name) => name === 'm.txt');
  const words = `the folder of order ${other.id} differs from this one only by case or Unicode form, and the disk takes both for one`;
  const most = { maxDelete: { kind: 'share', percent: 100 } } as const;
  const talk = await shop.run('unlink-discuss', most);
  expect(heldBy(talk)).toMatchObject({ 'a.txt': words });
  const trash = await shop.run('unlink-trash', most);
  expect(heldBy(trash)).toMatchObject({ 'stray.tmp': words });
  const gone = await shop.run('unlink-backed-up', most);
  expect(heldBy(gone)).toMatchObject({ 'm.txt': words });
  expect([talk, trash, gone].map((summary) => summary.counts.done)).toEqual([0, 0, 0]);
  expect(await shop.changes(before)).toEqual([]);
  // A disk that tells them apart.
  await rm(path.join(shop.world.root, '.ORDERBAK-ROOT'));
  expect((await shop.runWith({}, 'unlink-backed-up', most)).counts.done).toBe(1);
  await shop.close();
});
