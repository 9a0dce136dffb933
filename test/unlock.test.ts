import { mkdir, rmdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openShop, type Shop } from './steps/shop.js';
import { ENGINES, openDatabase } from './support/database.js';
import { holdInsert } from './support/held-lease.js';
import { askOrderbak } from './support/kept-orderbak.js';
import { start } from './support/run.js';

describe.for(ENGINES)('unlock on %s', (engine) => {
  let shop: Shop;
  let dead: number;
  beforeAll(async () => {
    ({ shop } = await openShop(engine, [{ jobs: [{ image: 'a.txt' }] }]));
    const ended = start(shop.world, ['--version']);
    await ended.finished;
    dead = ended.child.pid ?? 0;
  });
  afterAll(() => shop.close());

  const hold = (host: string, pid: number, seconds: number) => holdInsert(shop.world, host, pid, seconds);
  const token = async () => {
    const [row] = await shop.world.ask((database) =>
      database.all("SELECT token FROM orderbak_lease WHERE name = 'insert'"),
    );
    return row?.token;
  };
  const unlock = (...args: string[]) => askOrderbak(shop.world, ['unlock', ...args]);

  test('of what nobody holds: there was nothing to do', async () => {
    expect(await unlock('purge-trash')).toEqual({
      code: 0,
      signal: null,
      stdout: 'purge-trash is not locked; there was nothing to do.\n',
      stderr: '',
    });
    const json = await unlock('purge-trash', '--json');
    expect(JSON.parse(json.stdout)).toEqual({ ok: true, command: 'unlock', step: 'purge-trash', held: null });
  });

  test('of a process of this machine that is gone: says whose it was, and the next run begins', async () => {
    await hold(hostname(), dead, 45);
    const done = await unlock('insert');
    expect(done).toMatchObject({ code: 0, stderr: '' });
    expect(done.stdout).toMatch(/^insert is unlocked; its next run can begin\.\n/);
    expect(done.stdout).toContain(
      `Process ${dead} on ${hostname()} held it since 2026-01-02T03:04:05.000Z, last heard of `,
    );
    expect(done.stdout).toContain('It is gone.');
    expect(await token()).toBe(null);
    expect((await shop.run('insert')).exit).toBe(0);
  });

  test('of a process that lives: refused with 11 and its name, nothing changes', async () => {
    await hold(hostname(), process.pid, 60);
    const [plain, json] = await Promise.all([unlock('insert'), unlock('insert', '--json')]);
    expect(plain).toMatchObject({ code: 11, stdout: '' });
    expect(plain.stderr).toContain(`insert runs: process ${process.pid} on ${hostname()}, since 2026-01-02`);
    expect(plain.stderr).toContain('orderbak unlock insert --force');
    expect(JSON.parse(json.stdout)).toMatchObject({ ok: false, error: { code: 'still-running' } });
    expect(await token()).toBe('theirs');
  });

  test('with --force: taken all the same', async () => {
    await hold(hostname(), process.pid, 60);
    const done = await unlock('insert', '--force', '--json');
    expect(done).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(done.stdout)).toMatchObject({
      ok: true,
      step: 'insert',
      held: { host: hostname(), pid: process.pid, since: '2026-01-02T03:04:05.000Z', process: 'alive' },
    });
    expect(await token()).toBe(null);
  });

  test('of another machine: refused while it was heard of in the last minute, then not', async () => {
    await hold('another-machine', 4, 50);
    const refused = await unlock('insert');
    expect(refused).toMatchObject({ code: 11, stdout: '' });
    expect(refused.stderr).toContain('process 4 on another-machine');
    for (const seconds of [-5, 86_400]) {
      await hold('another-machine', 4, seconds);
      expect(await unlock('insert')).toMatchObject({ code: 0, stderr: '' });
      expect(await token()).toBe(null);
    }
  });

  test('as a step that is held says: typed as it stands, it frees the step', async () => {
    await hold('another-machine', 4, 50);
    const { code, stderr } = await askOrderbak(shop.world, ['insert']);
    expect(code).toBe(11);
    const typed = /`orderbak unlock ([^`]+)` ends it at once/.exec(stderr)?.[1]?.split(' ') ?? [];
    expect(await unlock(...typed)).toMatchObject({ code: 0, stderr: '' });
    expect((await shop.run('insert')).exit).toBe(0);
  });

  test('of what is no step: exit 2', async () => {
    for (const args of [[], ['nonsense'], ['insert', 'pull']])
      expect(await unlock(...args), args.join(' ')).toMatchObject({ code: 2, stdout: '' });
  });
});

test('a process whose lease was taken removes nothing more', async () => {
  const { shop, before } = await openShop('mariadb', [{ discusses: [['chat.txt', 'more.txt']] }]);
  await shop.run('insert');
  const lock = await openDatabase(shop.world.databaseUrl);
  await lock.run('LOCK TABLES tbl_order WRITE');
  const run = start(shop.world, ['unlink-discuss']);
  while ((await askOrderbak(shop.world, ['unlock', 'unlink-discuss'])).code !== 11) await sleep(20);
  expect((await askOrderbak(shop.world, ['unlock', 'unlink-discuss', '--force'])).code).toBe(0);
  await lock.run('UNLOCK TABLES');
  await lock.close();
  const { code, stderr } = await run.finished;
  expect(code).toBe(5);
  expect(stderr).toContain('by `orderbak unlock --force`');
  expect(await shop.changes(before)).toEqual([]);
  expect((await shop.run('unlink-discuss')).counts.done).toBe(2);
  await shop.close();
});

test("on the office machine pull's lease is in the store's catalog; a store that is not there is not made", async () => {
  const { shop } = await openShop('sqlite', []);
  const { world } = shop;
  const store = `${world.folder}/store`;
  await mkdir(store, { recursive: true });
  const env = { ORDERBAK_PULL_STORE: store };
  const fresh = await askOrderbak(world, ['unlock', 'pull'], { env });
  expect(fresh).toMatchObject({
    code: 0,
    stdout: 'pull is not locked; there was nothing to do.\n',
    stderr: '',
  });
  await mkdir(`${store}/.orderbak/catalog.sqlite`, { recursive: true });
  const shut = await askOrderbak(world, ['unlock', 'pull'], { env });
  expect(shut).toMatchObject({ code: 75, stderr: expect.stringContaining('belong to this user') });
  await rmdir(`${store}/.orderbak/catalog.sqlite`);
  const unlocked = await askOrderbak(world, ['unlock', 'pull'], { env });
  expect(unlocked).toMatchObject({ code: 0, stdout: 'pull is not locked; there was nothing to do.\n' });
  const catalog = await openDatabase(`sqlite:${store}/.orderbak/catalog.sqlite`);
  await catalog.run(
    "INSERT INTO orderbak_lease (name, token, host, pid, expires_ms) VALUES ('pull', 'theirs', ?, ?, (julianday('now') - 2440587.5) * 86400000 + 50000)",
    [hostname(), process.pid],
  );
  expect(await askOrderbak(world, ['unlock', 'pull'], { env })).toMatchObject({ code: 11, stdout: '' });
  expect((await askOrderbak(world, ['unlock', 'pull', '--force'], { env })).code).toBe(0);
  expect(await catalog.all('SELECT name, token FROM orderbak_lease')).toEqual([
    { name: 'pull', token: null },
  ]);
  await catalog.close();

  expect(await askOrderbak(world, ['unlock', 'pull'])).toMatchObject({ code: 2, stdout: '' });
  const away = { ORDERBAK_PULL_STORE: `${world.folder}/nowhere` };
  const told = expect.stringContaining(`the store ${world.folder}/nowhere cannot be used`);
  expect(await askOrderbak(world, ['unlock', 'pull'], { env: away })).toMatchObject({
    code: 75,
    stderr: told,
  });
  await shop.close();
});
