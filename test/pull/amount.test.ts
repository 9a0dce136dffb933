import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Shop } from './office.js';
import { isDownload, type Weather } from './proxy.js';

const count = (many: number, extension: string) =>
  Array.from({ length: many }, (_, i) => `file ${i + 1}.${extension}`);
const large = count(4, 'psd');
const small = count(9, 'txt');

describe.concurrent('how many at once, and how many at all', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await Shop.open(
      {
        together: { jobs: large.map((image) => ({ image })) },
        limited: { jobs: [...small, ...large].map((image) => ({ image })) },
        killed: { jobs: [...count(150, 'txt'), ...large].map((image) => ({ image })) },
        odd: {
          jobs: [{ image: 'empty.jpg', attach: ['ánh 1.jpg', `it's "q" #%&.jpg`, '🏠.txt', '-rf', '~'] }],
        },
      },
      { ...Object.fromEntries(large.map((name) => [name, 1_100_000])), 'empty.jpg': 0 },
    );
  });
  afterAll(() => shop.close());

  test('large files come several at once, as many as are allowed', async () => {
    const waiting: (() => void)[] = [];
    let most = 0;
    const weather: Weather = async (asked, forward) => {
      if (isDownload(asked)) {
        await new Promise<void>((resolve) => {
          waiting.push(resolve);
          most = Math.max(most, waiting.length);
          // The last file is alone: then the other ones have been answered.
          if (waiting.length === 3 || served === 3) for (const go of waiting.splice(0)) go();
        });
        served += 1;
      }
      return forward();
    };
    let served = 0;
    const office = await shop.office('together', weather);
    await office.pullWell(['--transfers', '3']);
    expect(most).toBe(3);
    await office.expectAllStored();
  });

  test('--limit: exactly so many, and the next run goes on', async () => {
    const office = await shop.office('limited');
    const marked = async () => (await shop.rows(office.order)).filter((row) => row.isBackedUp).length;
    await office.pullWell(['--limit', '5']);
    expect(await marked()).toBe(5);
    await office.pullWell(['--limit', '3']);
    expect(await marked()).toBe(8);
    expect(await office.sums()).toEqual([]);
    await office.pullWell();
    await office.expectAllStored();
  });

  test('a limit or a number of transfers that is none: exit 2', async () => {
    const office = await shop.office('limited');
    for (const args of [
      ['--limit', '0'],
      ['--limit', '1.5'],
      ['--transfers', '65'],
      ['--transfers', '-1'],
      ['--order', 'x'],
    ]) {
      expect(await office.pull(args), args.join(' ')).toMatchObject({ code: 2, stdout: '' });
    }
  });

  test('empty files, and names of all kinds', async () => {
    const office = await shop.office('odd');
    await office.pullWell();
    await office.expectAllStored();
  });

  test('killed at any moment, again and again: the last run finishes, and nothing is lost or left', async () => {
    const office = await shop.office('killed');
    // So slow that it cannot end before.
    const env = { ORDERBAK_PULL_RATE_LIMIT: '500kB' };
    for (const ms of [0, 80, 160, 240]) {
      const run = office.begin(['--transfers', '2'], { env });
      await office.untilHalf(run, 1);
      setTimeout(() => run.child.kill('SIGKILL'), ms);
      expect(await run.finished).toMatchObject({ signal: 'SIGKILL' });
      expect(await office.strangers()).toEqual([]);
    }
    await office.pullWell();
    await office.expectAllStored();
    expect((await readdir(office.store)).sort()).toEqual(['.orderbak', office.order.folder].sort());
  });
});
