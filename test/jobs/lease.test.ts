import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openLeases } from '../../src/db/leases.js';
import { openDatabase as openOurs } from '../../src/db/open.js';
import { LEASE_TTL } from '../../src/domain/run.js';
import { openShop, type Shop } from '../steps/shop.js';
import { ENGINES, openDatabase } from '../support/database.js';
import { holdInsert } from '../support/held-lease.js';
import { askOrderbak } from '../support/kept-orderbak.js';
import { start } from '../support/run.js';

describe.for(ENGINES)('one run of a step at a time on %s', (engine) => {
  let shop: Shop;
  beforeAll(async () => {
    ({ shop } = await openShop(engine, [{ missing: 'all', jobs: [{ image: 'a.txt' }] }]));
    await shop.run('insert', { dryRun: true });
  });
  afterAll(() => shop.close());

  const hold = (host: string, pid: number, seconds: number) => holdInsert(shop.world, host, pid, seconds);
  const lease = async () => {
    const [row] = await shop.world.ask((database) =>
      database.all("SELECT * FROM orderbak_lease WHERE name = 'insert'"),
    );
    return row;
  };

  test('a second one ends with 11, and says who runs it since when', async () => {
    await hold(hostname(), process.pid, 60);
    const [plain, json] = await Promise.all([
      askOrderbak(shop.world, ['insert']),
      askOrderbak(shop.world, ['insert', '--json']),
    ]);
    expect(plain).toMatchObject({ code: 11, stdout: '' });
    expect(plain.stderr).toContain(
      `insert is already running: process ${process.pid} on ${hostname()}, since 2026-01-02T03:04:05.000Z`,
    );
    expect(JSON.parse(json.stdout)).toMatchObject({
      ok: false,
      run: null,
      errors: [{ code: 'already-running' }],
    });
    expect(await lease()).toMatchObject({ token: 'theirs', pid: process.pid });
  });

  test('a dry run may look on, and another step may run', async () => {
    await hold(hostname(), process.pid, 60);
    expect((await shop.run('insert', { dryRun: true })).counts.planned).toBe(1);
    expect((await shop.run('unlink-discuss')).exit).toBe(0);
    expect(await lease()).toMatchObject({ token: 'theirs' });
  });

  test('a process of another machine is believed until its time is over', async () => {
    await hold('another-machine', 4, 60);
    await expect(shop.run('insert')).rejects.toMatchObject({
      exit: 11,
      message: expect.stringContaining('process 4 on another-machine'),
    });
    await hold('another-machine', 4, -1);
    expect(await shop.run('insert')).toMatchObject({ exit: 0, counts: { done: 1 } });
    expect(await lease()).toMatchObject({ token: null, host: null, pid: null });
  });

  test('a lease from a clock that was ahead runs on for no longer than another one, from when it is met', async () => {
    const database = await openOurs(shop.world.databaseUrl);
    const left = async () => (await openLeases(database).standing('insert', hostname()))?.left ?? 0;
    await hold('another-machine', 4, 3600);
    expect(await left()).toBeGreaterThan(LEASE_TTL);
    await expect(shop.run('insert')).rejects.toMatchObject({ exit: 11 });
    expect(await left()).toBeLessThanOrEqual(LEASE_TTL);
    expect(await lease()).toMatchObject({ token: 'theirs', host: 'another-machine' });
    await database.close();
  });

  test('a dead process of this machine is believed no longer', async () => {
    const dead = start(shop.world, ['--version']);
    await dead.finished;
    await hold(hostname(), dead.child.pid ?? 0, 60);
    expect((await shop.run('insert')).exit).toBe(0);
  });
});

test('two at once: one does the work, the other is told', async () => {
  const { shop } = await openShop('mariadb', [{ missing: 'all', jobs: [{ image: 'a.txt' }] }]);
  const { databaseUrl } = shop.world;
  const lock = await openDatabase(databaseUrl);
  await lock.run('LOCK TABLES tbl_order WRITE');
  const first = start(shop.world, ['insert', '--json']);
  const holds = async () =>
    (
      await shop.world.ask((database) =>
        database.all("SELECT 1 FROM orderbak_lease WHERE name = 'insert' AND token IS NOT NULL"),
      )
    ).length > 0;
  while (first.child.exitCode === null && !(await holds())) await sleep(5);
  const second = await askOrderbak(shop.world, ['insert']);
  expect(second.code).toBe(11);
  expect(second.stderr).toContain(`process ${first.child.pid} on ${hostname()}`);
  await lock.run('UNLOCK TABLES');
  await lock.close();
  const { code, stdout } = await first.finished;
  expect({ code, ...(JSON.parse(stdout) as object) }).toMatchObject({ code: 0, counts: { done: 1 } });
  await shop.close();
});
