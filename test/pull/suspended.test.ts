import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withDatabase } from '../support/database.js';
import type { Started } from '../support/run.js';
import { type Office, Shop, someBytes } from './office.js';
import { isDownload } from './proxy.js';

const BIG = 3_000_000;
const HALF = 1_100_000;
const SLOW = { env: { ORDERBAK_PULL_RATE_LIMIT: '1MB' } };
const ORDER = { jobs: [{ complete: ['big.psd', 'small.jpg'] }] };

describe.concurrent('a pull whose machine is suspended in the middle of a large file', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await Shop.open({ 'goes on': ORDER, 'was overtaken': ORDER }, { 'big.psd': BIG });
  });
  afterAll(() => shop.close());

  /** Stops a run in the middle of the file for longer than its lease; its connection breaks soon after it has woken. */
  async function suspend(office: Office): Promise<Started> {
    office.proxy.weather = async (asked, forward) => {
      const answer = await forward();
      return isDownload(asked) && answer.body.length > 1_000_000 ? { ...answer, cut: 1_300_000 } : answer;
    };
    const run = office.begin([], SLOW);
    await office.untilHalf(run, HALF);
    const catalog = `sqlite:${path.join(office.store, '.orderbak/catalog.sqlite')}`;
    await withDatabase(catalog, async (database) => {
      // Whoever holds the catalog alone stops nobody in the middle of a transaction.
      await database.run('BEGIN EXCLUSIVE');
      run.child.kill('SIGSTOP');
      await database.run('UPDATE orderbak_lease SET expires_ms = 1');
      await database.run('COMMIT');
    });
    return run;
  }

  test('goes on after it, if nobody has taken its place', async () => {
    const office = await shop.office('goes on');
    const run = await suspend(office);
    run.child.kill('SIGCONT');
    expect(await run.finished).toMatchObject({ code: 0, stderr: '' });
    await office.expectAllStored();
  });

  test('touches nothing of what another run has finished meanwhile, whatever the server says now', async () => {
    const office = await shop.office('was overtaken');
    const run = await suspend(office);
    await office.pullWell([], { env: { ORDERBAK_PULL_URL: shop.serve.url } });
    await office.expectAllStored();
    const stored = await readFile(office.inStore('big.psd'));
    await writeFile(office.onServer('big.psd'), someBytes(BIG, 'the photographer sent another one'));
    run.child.kill('SIGCONT');
    expect((await run.finished).code).not.toBe(0);
    expect(stored.equals(await readFile(office.inStore('big.psd')))).toBe(true);
    expect(await office.sums()).toEqual([]);
    expect(await office.parts()).toEqual([]);
  });
});
