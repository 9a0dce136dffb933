import { execFileSync } from 'node:child_process';
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { OrderPlan } from '../support/order-plan.js';
import type { PlantedOrder } from '../support/planting.js';
import { differences, snapshot } from '../support/snapshot.js';
import { runWhile } from './meanwhile.js';
import { at, openShop, type Shop, type StepName } from './shop.js';

const ORDER: OrderPlan = {
  jobs: [{ image: 'm.txt', attach: ['a.txt', 'b.txt'] }],
  discusses: [['chat.txt']],
  trash: ['t.tmp'],
};
const REMOVING: readonly StepName[] = ['unlink-discuss', 'unlink-trash', 'unlink-backed-up'];

describe('the root of the orders', () => {
  let shop: Shop;
  let order: PlantedOrder;
  beforeEach(async () => {
    const opened = await openShop('sqlite', [ORDER]);
    shop = opened.shop;
    order = at(opened.orders, 0);
    await shop.run('insert');
    await shop.backUp(() => true);
  });
  afterEach(() => shop.close());

  /** Another disk with a copy of everything, the marker included, is mounted in its place. */
  function replaceRoot(root: string): void {
    renameSync(root, `${root}-old`);
    execFileSync('cp', ['-a', `${root}-old`, root]);
  }

  test.for(REMOVING)('%s removes nothing when it is replaced after the plan', async (step) => {
    const { root } = shop.world;
    const before = await snapshot(root);
    const done = await runWhile(shop, order, step, () => replaceRoot(root));
    expect(done).toMatchObject({
      ok: false,
      exit: 5,
      errors: [{ code: 'root-replaced' }],
      counts: { done: 0 },
    });
    expect(differences(before, await snapshot(root))).toEqual([]);
    expect(differences(before, await snapshot(`${root}-old`))).toEqual([]);
    expect((await shop.rows()).filter((row) => row.isUnlinked || row.isMissing)).toEqual([]);
  });

  test.for(REMOVING)(
    '%s removes nothing when another shop’s is mounted there after the plan',
    async (step) => {
      const { root } = shop.world;
      const done = await runWhile(shop, order, step, () => {
        replaceRoot(root);
        writeFileSync(path.join(root, '.orderbak-root'), 'somebody-else\n');
      });
      expect(done).toMatchObject({ ok: false, exit: 5, errors: [{ code: 'other-root' }] });
      expect(existsSync(path.join(root, order.folder, 'chat.txt'))).toBe(true);
    },
  );

  test('the next run begins anew with the disk that is there now', async () => {
    replaceRoot(shop.world.root);
    expect((await shop.run('unlink-discuss')).counts.done).toBe(1);
  });
});

const mayMount = process.platform === 'linux' && process.getuid?.() === 0 && canMount();

/** A container may have root's name without root's rights. */
function canMount(): boolean {
  try {
    execFileSync('unshare', ['--mount', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

describe.runIf(mayMount)('a root that takes no changes', () => {
  test('ends a removing run with 75 before it begins', async () => {
    const { shop } = await openShop('sqlite', [ORDER]);
    await shop.run('insert');
    const { root } = shop.world;
    execFileSync('mount', ['--bind', root, root]);
    try {
      execFileSync('mount', ['-o', 'remount,bind,ro', root]);
      for (const step of REMOVING) {
        expect(await shop.run(step)).toMatchObject({ ok: false, exit: 75, errors: [{ code: 'root-away' }] });
      }
      expect((await shop.run('insert')).exit).toBe(0);
    } finally {
      execFileSync('umount', [root]);
      await shop.close();
    }
  });
});
