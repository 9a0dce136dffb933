import { expect, test } from 'vitest';
import { Shop } from '../pull/office.js';
import { BUNDLE, fair } from '../pull/proxy.js';
import { openShop } from '../steps/shop.js';
import { askOrderbak } from '../support/kept-orderbak.js';
import type { Finished } from '../support/run.js';
import { createWorld } from '../support/worlds.js';

const NAMES = ['a.txt', 'b.txt', 'c.txt', 'd.txt'];

test('a file that fails waits longer each time and then for a person; jobs retry runs just that one', async () => {
  const shop = await Shop.open({ one: { jobs: [{ complete: NAMES }] } });
  const office = await shop.office('one');
  const bad = (await shop.rows(office.order)).find(({ name }) => name === 'c.txt')?.id ?? 0;
  // The bundle never comes, so that each file is asked for by itself; one of them the server cannot read.
  office.proxy.weather = async (asked, forward) => {
    if (asked.path === BUNDLE) return 'drop';
    if (!asked.path.endsWith(`/order_file/${bad}`)) return forward();
    const error = { code: 'unreadable', message: 'the disk does not give it' };
    return { status: 500, headers: {}, body: Buffer.from(JSON.stringify({ error })) };
  };
  const env = {
    ORDERBAK_PULL_URL: office.proxy.url,
    ORDERBAK_PULL_STORE: office.store,
    ORDERBAK_PULL_TOKEN: shop.world.token,
    ORDERBAK_RETRY_ATTEMPTS: '2',
  };
  const pull = (): Promise<Finished> => askOrderbak(shop.world, ['pull', '--json'], { env });
  const asked = () =>
    office.proxy
      .takeDownloads()
      .map(({ path }) => Number(path.split('/').at(-1)))
      .filter((id) => !Number.isNaN(id));

  const first = await pull();
  expect({ code: first.code, ...(JSON.parse(first.stdout) as object) }).toMatchObject({
    code: 3,
    counts: { planned: 4, done: 3, failed: 1 },
    errors: [{ id: bad, code: 'unreadable' }],
  });
  asked();
  // The next run tries it at once, and only it is left; that was the second time, which is as often as it may fail.
  expect(JSON.parse((await pull()).stdout)).toMatchObject({ counts: { planned: 1, failed: 1 } });
  expect(asked()).toEqual([bad]);
  const third = await pull();
  expect({ code: third.code, ...(JSON.parse(third.stdout) as object) }).toMatchObject({
    code: 0,
    counts: { planned: 0, held: 1, failed: 0 },
    held: [{ id: bad, reason: expect.stringMatching(/^it failed 2 times, .*; it waits for a person$/) }],
  });
  expect(asked()).toEqual([]);

  const jobs = (...args: string[]) => askOrderbak(shop.world, ['jobs', ...args], { bare: true, env });
  const shown = await jobs('show', '2');
  expect(shown.stdout).toContain(
    `failed ${office.order.folder}/c.txt: the disk does not give it (unreadable, 2 times)`,
  );
  expect((await jobs('retry', 'pull')).stdout).toBe(
    'Nothing that failed in run 3 (pull) waits to be tried again.\nWhat failed in run 2 does: orderbak jobs retry 2\n',
  );
  office.proxy.weather = fair;
  const retried = await jobs('retry', '2', '--json');
  expect({ code: retried.code, ...(JSON.parse(retried.stdout) as object) }).toMatchObject({
    code: 0,
    counts: { planned: 1, done: 1 },
  });
  expect(asked()).toEqual([bad]);
  await office.expectAllStored();
  expect((await jobs('retry', '2')).stdout).toBe(
    'Nothing that failed in run 2 (pull) waits to be tried again.\n',
  );
  await shop.close();
});

test('jobs retry, where there is no such run, ends', async () => {
  const world = await createWorld('mariadb');
  try {
    expect(await askOrderbak(world, ['migrate'])).toMatchObject({ code: 0 });
    for (const target of ['999', 'pull', 'nostep'])
      expect(await askOrderbak(world, ['jobs', 'retry', target])).toMatchObject({ code: 2, stdout: '' });
  } finally {
    await world.remove();
  }
});

test('what failed in a run that is forgotten is tried again all the same, by what status and jobs retry say', async () => {
  const { shop } = await openShop('sqlite', [{ discusses: [['chat.txt']] }]);
  const { world } = shop;
  await shop.run('insert');
  // A night long ago, in which the file failed for the last time.
  await world.ask(async (database) => {
    await database.run(
      "INSERT INTO orderbak_run (step, status, dry_run, origin, host, pid, version, started_ms, ended_ms) VALUES ('unlink-discuss', 'completed', 0, 'cron', 'x', 1, '1', 1, 2)",
    );
    await database.run(
      "INSERT INTO orderbak_run_failure (run_id, item_id, path, code, message, step, id_order, attempts, failed_ms) SELECT 2, id, 'x/chat.txt', 'x', 'broken', 'unlink-discuss', id_order, 5, 1 FROM tbl_bak_order",
    );
  });
  expect(await shop.run('unlink-discuss')).toMatchObject({ run: 3, counts: { held: 1 } });
  const ask = (...args: string[]) => askOrderbak(world, args);
  expect(await ask('jobs', 'show', '2')).toMatchObject({ code: 2 });

  expect((await ask('status', '--quiet')).stdout).toContain('`orderbak jobs retry 2` tries again');
  expect((await ask('jobs', 'retry', 'unlink-discuss')).stdout).toContain('does: orderbak jobs retry 2\n');
  const retried = await ask('jobs', 'retry', '2', '--json');
  expect({ code: retried.code, ...(JSON.parse(retried.stdout) as object) }).toMatchObject({
    code: 0,
    command: 'unlink-discuss',
    counts: { planned: 1, done: 1 },
  });
  expect(await ask('jobs', 'retry', '2')).toMatchObject({ code: 2, stdout: '' });
  await shop.close();
});
