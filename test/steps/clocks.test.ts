import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { quarantineOf } from '../../src/app/quarantine.js';
import { CHOICES, openShop, type Shop } from './shop.js';

const trueNow = Date.now;
const DAY = 86_400_000;
const ORDER = { jobs: [{ image: 'main.txt' }], discusses: [['chat.txt']], trash: ['trash.bin'] };

let shop: Shop;
beforeEach(async () => {
  ({ shop } = await openShop('mariadb', [ORDER]));
  await shop.run('insert');
  await shop.backUp();
});
afterEach(async () => {
  vi.restoreAllMocks();
  await shop.close();
});

/** From now on this machine's clock, not MariaDB's, is off by so many days. */
function setClock(days: number): void {
  vi.spyOn(Date, 'now').mockImplementation(() => trueNow() + days * DAY);
}

test.for(['unlink-discuss', 'unlink-trash', 'unlink-backed-up'] as const)(
  '%s removes nothing while the clocks differ by days',
  async (step) => {
    const before = await shop.disk();
    for (const [days, words] of [
      [10, '10 days ahead of'],
      [-10, '10 days behind'],
    ] as const) {
      setClock(days);
      const { exit, counts, stopped } = await shop.runWith({}, step);
      expect({ exit, done: counts.done, code: stopped?.code }).toEqual({ exit: 5, done: 0, code: 'clock' });
      expect(stopped?.message).toContain(`this machine's clock is ${words} the database's`);
    }
    expect(await shop.disk()).toEqual(before);
    vi.restoreAllMocks();
    expect((await shop.run(step)).counts.done).toBe(1);
  },
);

test('nothing is purged by a clock that is days ahead', async () => {
  await shop.run('unlink-trash');
  const before = await shop.disk();
  setClock(10);
  const ground = await shop.openGround();
  const summary = await quarantineOf(ground)
    .purgeTrash(7 * DAY, null, CHOICES)
    .finally(() => ground.close());
  expect({ exit: summary.exit, code: summary.stopped?.code }).toEqual({ exit: 5, code: 'clock' });
  expect(await shop.disk()).toEqual(before);
});
