import { rename, symlink } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { daysAgo } from '../support/clock.js';
import type { OrderPlan } from '../support/order-plan.js';
import { at, openShop } from './shop.js';

const names = (count: number, name: string) =>
  Array.from({ length: count }, (_, index) => `${name}-${index}.txt`);
const shared = { user: 'studio', createTime: daysAgo(170) };

test('more files than a page holds, and a folder whose orders come pages apart', async () => {
  const plans: OrderPlan[] = [
    {
      ...shared,
      jobs: [{ image: 'of-both.txt', attach: ['of-one.txt'] }],
      discusses: [['chat-of-one.txt', 'chat-of-both.txt']],
    },
    { jobs: [{ attach: names(20, 'ref') }], discusses: [names(505, 'chat')], trash: names(260, 'trash') },
    {
      ...shared,
      jobs: [{ image: 'of-both.txt', attach: ['of-two.txt'] }],
      discusses: [['chat-of-two.txt', 'chat-of-both.txt']],
      trash: ['x.tmp'],
    },
  ];
  const { shop } = await openShop('sqlite', plans);
  expect((await shop.run('insert')).counts.done).toBe(4 + 525 + 4);
  // The root may be reached through a link.
  await rename(shop.world.root, `${shop.world.root}-disk`);
  await symlink(`${shop.world.root}-disk`, shop.world.root);

  const files = 785 + 7;
  const dry = await shop.run('unlink-discuss', { dryRun: true, maxDelete: { kind: 'count', count: 0 } });
  expect(dry.errors[0]?.message).toContain(`removes 508 of ${files} files`);
  expect((await shop.run('unlink-discuss', { limit: 507 })).counts).toMatchObject({
    planned: 507,
    done: 507,
  });
  expect((await shop.run('unlink-discuss')).counts).toMatchObject({ planned: 1, done: 1, held: 0 });
  expect(await shop.run('unlink-trash')).toMatchObject({ exit: 0, counts: { planned: 261, done: 261 } });
  expect((await shop.backUp()).counts).toMatchObject({ done: 24, failed: 0 });
  expect(await shop.run('unlink-backed-up')).toMatchObject({
    exit: 0,
    counts: { planned: 23, done: 23, held: 0 },
  });
  const rows = await shop.rows();
  expect(rows.filter((row) => !row.isUnlinked || row.isMissing)).toEqual([]);
  const [count] = await shop.world.ask((database) =>
    database.all('SELECT COUNT(*) AS n FROM orderbak_deletion'),
  );
  expect(count?.n).toBe(508 + 261 + 23);
  await shop.close();
});

test('more orders than a page holds, each with its trash', async () => {
  const plan: OrderPlan = { jobs: [{ image: 'm.txt', attach: ['r.txt'] }], trash: ['t.tmp'] };
  const { shop, orders } = await openShop(
    'sqlite',
    Array.from({ length: 205 }, () => plan),
  );
  await shop.world.setStatus(at(orders, 150).id, 4);
  const done = await shop.run('unlink-trash');
  expect(done).toMatchObject({ exit: 0, counts: { planned: 204, done: 204, held: 0 } });
  await shop.close();
});
