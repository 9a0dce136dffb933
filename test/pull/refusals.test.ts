import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askOrderbak, keepServe } from '../support/kept-orderbak.js';
import type { Finished } from '../support/run.js';
import { createWorld } from '../support/worlds.js';
import { type Office, Shop } from './office.js';
import { BUNDLE, isDownload, type Weather } from './proxy.js';

const ORDER = { jobs: [{ image: 'photo.jpg', attach: ['plan ü.pdf'] }] };

/** A folder on another disk than the temporary one; null where the machine has none. */
const ANOTHER_DISK = await findAnotherDisk();

async function findAnotherDisk(): Promise<string | null> {
  const { dev } = await stat(tmpdir());
  for (const folder of ['/dev/shm', '/tmp', import.meta.dirname])
    if ((await stat(folder).catch(() => ({ dev }))).dev !== dev) return folder;
  return null;
}

/** One block of words: what failed and what to do, no stack. */
function expectBlock(finished: Finished, code: number, words: RegExp): void {
  expect(finished).toMatchObject({ code, signal: null, stdout: '' });
  expect(finished.stderr).toMatch(words);
  expect(finished.stderr).not.toMatch(/\n\s+at |\n\n/);
}

describe.concurrent('a pull that cannot begin', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await Shop.open(
      Object.fromEntries(
        ['token', 'away', 'plain', 'temporary', 'store', 'disk', 'twice', 'dry'].map((name) => [name, ORDER]),
      ),
    );
  });
  afterAll(() => shop.close());

  test('the token is wrong: exit 4, and not asked twice', async () => {
    const office = await shop.office('token');
    const finished = await office.pull([], { env: { ORDERBAK_PULL_TOKEN: `${shop.world.token}x` } });
    expectBlock(finished, 4, /refuses: the token is not one of the server's[\s\S]*\[pull\] token/);
    expect(office.proxy.asked).toHaveLength(1);
    await office.expectMarked([]);
  });

  test('no server is there: exit 75, and a password in the address is told nobody', async () => {
    const office = await shop.office('away');
    const finished = await office.pull([], { env: { ORDERBAK_PULL_URL: 'http://me:hush@127.0.0.1:9' } });
    expect(finished.stderr).not.toContain('hush');
    expectBlock(
      finished,
      75,
      /http:\/\/127\.0\.0\.1:9\/ does not answer[\s\S]*orderbak serve[\s\S]*Nothing is lost/,
    );
  });

  test('the address asks for TLS, and the server speaks none: said at once, without a word of OpenSSL', async () => {
    let connections = 0;
    const plain = createServer((socket) => {
      connections += 1;
      socket.on('error', () => {}).end('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n');
    }).listen(0, '127.0.0.1');
    await once(plain, 'listening');
    const { port } = plain.address() as AddressInfo;
    const office = await shop.office('plain');
    const finished = await office.pull([], { env: { ORDERBAK_PULL_URL: `https://127.0.0.1:${port}` } });
    plain.close();
    expectBlock(finished, 1, /answers, but without TLS[\s\S]*http:\/\/ in \[pull\] url/);
    expect(finished.stderr).not.toMatch(/SSL|\\u000a/);
    expect(connections).toBe(1);
  });

  test('the temporary folder is not there: exit 1, and it is named', async () => {
    const office = await shop.office('temporary');
    const env = { TMPDIR: path.join(shop.world.folder, 'no-tmp') };
    expectBlock(
      await office.begin([], { env }).finished,
      1,
      /temporary folder .*no-tmp: ENOENT[\s\S]*TMPDIR/,
    );
  });

  test('the disk of the store is not mounted: exit 75, and nothing is made in its place', async () => {
    const office = await shop.office('store');
    const mount = path.join(shop.world.folder, 'mnt');
    await mkdir(mount);
    const away = await office.pull([], { env: { ORDERBAK_PULL_STORE: path.join(mount, 'backup/orders') } });
    expectBlock(away, 75, /the store .*orders cannot be used[\s\S]*[Mm]ount/);
    expect(await readdir(mount)).toEqual([]);
    await writeFile(path.join(mount, 'file'), '');
    const file = await office.pull([], { env: { ORDERBAK_PULL_STORE: path.join(mount, 'file') } });
    expectBlock(file, 75, /cannot be used/);
    expect(office.proxy.asked).toEqual([]);
  });

  test.skipIf(ANOTHER_DISK === null)(
    'the empty place of the disk is there: exit 75, until it is said to be meant',
    async () => {
      const office = await shop.office('disk');
      const disk = await mkdtemp(path.join(ANOTHER_DISK ?? '', 'orderbak-disk-'));
      const mounted = `${office.store}-mounted`;
      try {
        await rename(office.store, `${office.store}-empty`);
        await symlink(disk, office.store);
        // Processes of their own: one that is kept for the next test stays at the home that it first had.
        expect(await office.begin().finished).toEqual({ code: 0, signal: null, stdout: '', stderr: '' });
        await office.expectAllStored();
        await rename(office.store, mounted);
        await rename(`${office.store}-empty`, office.store);
        office.proxy.asked.length = 0;
        expectBlock(await office.begin().finished, 75, /is empty, and on another disk[\s\S]*\.orderbak/);
        expect(await readdir(office.store)).toEqual([]);
        expect(office.proxy.asked).toEqual([]);
        await mkdir(path.join(office.store, '.orderbak'));
        await office.pullWell();
        await office.pullWell();
      } finally {
        await rm(disk, { recursive: true });
      }
    },
  );

  test.for([
    ['ORDERBAK_PULL_URL', undefined, /pull\.url is not set/],
    ['ORDERBAK_PULL_URL', 'ftp://shop.example', /is not a URL/],
    ['ORDERBAK_PULL_TOKEN', undefined, /pull\.token is not set/],
    ['ORDERBAK_PULL_STORE', undefined, /pull\.store is not set/],
  ] as const)('%s = %s: exit 2', async ([name, value, words]) => {
    const office = await shop.office('token');
    expectBlock(await office.pull([], { env: { [name]: value } }), 2, words);
  });

  test('one runs already: exit 11, and it says which since when', async () => {
    const bundles: (() => void)[] = [];
    const held: Weather = async (asked, forward) => {
      if (asked.path === BUNDLE) await new Promise<void>((resolve) => bundles.push(resolve));
      return forward();
    };
    const office = await shop.office('twice', held);
    const first = office.begin();
    await until(() => bundles.length > 0);
    const second = await office.pull();
    const since = /since (\S+Z)/.exec(second.stderr)?.[1] ?? '';
    expectBlock(second, 11, new RegExp(`pull is already running: process ${first.child.pid} on `));
    expect(Math.abs(Date.parse(since) - Date.now())).toBeLessThan(120_000);
    const json = await office.pull(['--json']);
    expect(json.code).toBe(11);
    expect(JSON.parse(json.stdout)).toMatchObject({
      ok: false,
      command: 'pull',
      errors: [{ code: 'already-running' }],
    });
    for (const go of bundles) go();
    expect(await first.finished).toMatchObject({ code: 0, stderr: '' });
    await office.expectAllStored();
  });

  test('--dry-run: counts, and changes nothing', async () => {
    const office = await shop.office('dry');
    const json = await office.pull(['--dry-run', '--json']);
    expect(json).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(json.stdout)).toMatchObject({ dryRun: true, counts: { planned: 2, done: 0 } });
    const text = await office.pull(['--dry-run']);
    expect(text).toMatchObject({ code: 0, stderr: '' });
    expect(text.stdout).toMatch(/2 files to copy/);
    expect(office.proxy.asked.filter((asked) => isDownload(asked) || asked.method === 'POST')).toEqual([]);
    expect(await readdir(office.store)).toEqual(['.orderbak']);
    await untouched(office);
  });

  async function untouched(office: Office): Promise<void> {
    expect(await office.parts()).toEqual([]);
    await office.expectMarked([]);
  }
});

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 10));
}

describe('a server that finds none of its files', () => {
  const PLAN = { jobs: [{ image: 'm.txt', attach: ['a.txt', 'b.txt', 'c.txt', 'd.txt'] }] };

  test('ends the first pull of all with 5; later ones, and fewer files, are held back', async () => {
    const world = await createWorld('sqlite', { pictures: 'small' });
    const orders = await world.addOrders([PLAN, PLAN]);
    for (const command of ['migrate', 'insert']) await askOrderbak(world, [command]);
    await keepServe(world);
    const away = `${world.root}-away`;
    const place = (index: number) => path.join(world.root, orders[index]?.folder ?? '');
    await mkdir(away);
    for (const index of [0, 1]) await rename(place(index), path.join(away, String(index)));
    const pull = async (...args: string[]) => askOrderbak(world, ['pull', ...args], { machine: 'office' });

    expectBlock(
      await pull(),
      5,
      /none of the 10 files that the server lists is on its disk[\s\S]*orderbak doctor/,
    );
    const dry = await pull('--json', '--dry-run');
    expect(JSON.parse(dry.stdout)).toMatchObject({ ok: false, errors: [{ code: 'all-missing' }] });
    const one = await pull('--json', '--order', String(orders[0]?.id));
    expect(JSON.parse(one.stdout)).toMatchObject({ ok: true, counts: { planned: 0, held: 5 } });

    await rename(path.join(away, '0'), place(0));
    const some = await pull('--json');
    expect(JSON.parse(some.stdout)).toMatchObject({ ok: true, counts: { done: 5, held: 5 } });
    await world.addOrder({ ...PLAN, missing: 'all' });
    await askOrderbak(world, ['insert']);
    const later = await pull('--json');
    expect(JSON.parse(later.stdout)).toMatchObject({ ok: true, counts: { planned: 0, held: 10 } });
    await world.remove();
  });
});
