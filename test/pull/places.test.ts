import { spawnSync } from 'node:child_process';
import { lstat, mkdir, open, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withDatabase } from '../support/database.js';
import { askOrderbak } from '../support/kept-orderbak.js';
import { otherDisk } from '../support/other-disk.js';
import { start } from '../support/run.js';
import { hashOf, type Office, Shop, someBytes } from './office.js';

const LONG = `${'ảnh phòng khách '.repeat(12)}dài.jpg`;
const ORDER = { jobs: [{ image: 'photo.jpg', attach: ['plan.pdf'], complete: ['large.psd'] }] };
const ODD = { jobs: [{ image: 'what?.jpg', attach: ['b.jpg'] }] };
const ORDERS = {
  ...Object.fromEntries(
    ['equal', 'links', 'folderLink', 'damaged', 'forgotten', 'inside', 'marked', 'unlisted', 'drive'].map(
      (name) => [name, ORDER],
    ),
  ),
  untold: ORDER,
  'refuses with a code of its own': ODD,
  'makes others of': ODD,
  differing: { jobs: [...ORDER.jobs, { image: LONG }] },
  named: {
    jobs: [{ image: 'SHA256SUMS', attach: ['sha256sums', 'photo.jpg', 'a:b.txt'], complete: ['Sha256Sums'] }],
  },
  twice: { jobs: [{ image: 'photo.jpg', attach: ['photo.jpg'], complete: ['photo.jpg', 'large.psd'] }] },
};

/** What `sha256sum -c` says of the order's folder. */
function sha256sum({ folder }: Office): { status: number | null; stdout: string } {
  return spawnSync('sha256sum', ['-c', '--strict', 'SHA256SUMS'], { cwd: folder, encoding: 'utf8' });
}

/** The server's bytes lie beside the name that is taken, under one that begins and ends like it. */
async function expectBeside(office: Office, name: string): Promise<void> {
  const theirs = await readFile(office.onServer(name));
  const { name: stem, ext } = path.parse(name);
  const beside = (await readdir(office.folder)).filter((entry) =>
    entry.endsWith(`~${hashOf(theirs).slice(0, 8)}${ext}`),
  );
  expect(beside, name).toHaveLength(1);
  expect(beside[0]?.slice(0, 4)).toBe(stem.slice(0, 4));
  expect((await readFile(office.inStore(beside[0] ?? ''))).equals(theirs)).toBe(true);
}

function catalogOf({ store }: Office): string {
  return path.join(store, '.orderbak/catalog.sqlite');
}

describe.concurrent('the place of a file in the store', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await Shop.open(ORDERS, { 'large.psd': 1_100_000 });
  });
  afterAll(() => shop.close());

  /** A store as it is after a good night, on a server that has forgotten it. */
  async function stored(name: string): Promise<Office> {
    const office = await shop.office(name);
    await office.pullWell();
    await office.expectAllStored();
    await shop.forgetMarks(office.order);
    office.proxy.takeDownloads();
    return office;
  }

  test('holds the equal file already: it is marked as it is, nothing is fetched', async () => {
    const office = await shop.office('equal');
    await mkdir(office.folder);
    for (const name of office.names)
      await writeFile(office.inStore(name), await readFile(office.onServer(name)));
    const before = await stat(office.inStore('large.psd'));
    await office.pullWell();
    expect(office.proxy.takeDownloads()).toEqual([]);
    const { ino, mtimeMs } = await stat(office.inStore('large.psd'));
    expect({ ino, mtimeMs }).toEqual({ ino: before.ino, mtimeMs: before.mtimeMs });
    await office.expectAllStored();
  });

  test("is a drive's root, which Windows says may not be made: it is used", async () => {
    const office = await shop.office('drive');
    const env = await otherDisk(
      shop.world.folder,
      'windows',
      `const { mkdir } = fs;
       fs.mkdir = (path, options) =>
         path === process.env.ORDERBAK_PULL_STORE ? refused('EPERM') : mkdir(path, options);`,
    );
    expect(await office.begin([], { env }).finished).toMatchObject({ code: 0, stderr: '' });
    await office.expectAllStored();
  });

  test('lies on a disk that does not tell how much room it has, as a share: files are not held for want of it', async () => {
    const office = await shop.office('untold');
    const env = await otherDisk(
      shop.world.folder,
      'untold',
      'fs.statfs = async () => ({ bsize: 4096, blocks: 0, bfree: 0, bavail: 0 });',
    );
    expect(await office.begin([], { env }).finished).toMatchObject({ code: 0, stderr: '' });
    await office.expectAllStored();
    const settings = { ORDERBAK_PULL_URL: office.proxy.url, ORDERBAK_PULL_STORE: office.store, ...env };
    const status = await start(shop.world, ['status'], { env: settings }).finished;
    expect(status.stdout).toContain(`disk of ${office.store}: it does not tell how much of it is free\n`);
    const json = await start(shop.world, ['status', '--json'], { env: settings }).finished;
    expect(JSON.parse(json.stdout).office.disk).toEqual({
      path: office.store,
      free: null,
      total: null,
      fault: null,
    });
  });

  test.for([
    ['refuses with a code of its own', `name.includes('?') ? refused('EPERM') : writeFile(name, ...rest)`],
    ['makes others of', `writeFile(name.replace(/\\?.*$/, ''), ...rest)`],
  ] as const)(
    'lies on a disk that %s the names that Windows forbids: they are encoded',
    async ([how, write]) => {
      const office = await shop.office(how);
      const script = `const { writeFile } = fs; fs.writeFile = (name, ...rest) => ${write};`;
      const env = await otherDisk(shop.world.folder, how, script);
      expect(await office.begin([], { env }).finished).toMatchObject({ code: 0, stderr: '' });
      expect((await readdir(office.folder)).sort()).toEqual(['SHA256SUMS', 'b.jpg', 'what%3F.jpg']);
      await office.expectMarked(office.names);
    },
  );

  test('holds other bytes, as many or not: both are kept, and it says so', async () => {
    const office = await shop.office('differing');
    await mkdir(office.folder);
    const mine = {
      'photo.jpg': someBytes((await stat(office.onServer('photo.jpg'))).size, 'mine'),
      'plan.pdf': Buffer.from('mine too'),
      'large.psd': someBytes(1_100_000, 'and mine'),
      [LONG]: Buffer.from('mine'),
    };
    for (const [name, bytes] of Object.entries(mine)) await writeFile(office.inStore(name), bytes);
    const finished = await office.pull();
    expect(finished).toMatchObject({ code: 0, stdout: '' });
    for (const [name, bytes] of Object.entries(mine)) {
      expect(finished.stderr).toContain(`${office.order.folder}/${name} holds other bytes already`);
      expect((await readFile(office.inStore(name))).equals(bytes)).toBe(true);
      await expectBeside(office, name);
    }
    await office.expectMarked(office.names);
    expect(sha256sum(office).status).toBe(0);
    await shop.forgetMarks(office.order);
    office.proxy.takeDownloads();
    await office.pullWell();
    expect(office.proxy.takeDownloads()).toEqual([]);
    await office.expectMarked(office.names);
  });

  test('is a link or a folder: nothing behind it is touched, the other files arrive', async () => {
    const office = await shop.office('links');
    await mkdir(path.join(office.folder, 'plan.pdf'), { recursive: true });
    const canary = path.join(office.store, 'canary');
    await writeFile(canary, 'alive');
    await symlink(canary, office.inStore('photo.jpg'));
    const finished = await office.pull();
    expect(finished).toMatchObject({ code: 3, stdout: '' });
    for (const name of ['photo.jpg', 'plan.pdf']) expect(finished.stderr).toContain(name);
    expect(await readFile(canary, 'utf8')).toBe('alive');
    expect((await lstat(office.inStore('photo.jpg'))).isSymbolicLink()).toBe(true);
    await office.expectMarked(['large.psd']);
    await rm(office.inStore('photo.jpg'));
    await rm(office.inStore('plan.pdf'), { recursive: true });
    await office.pullWell();
    await office.expectAllStored();
  });

  test('is in a folder that is a link: nothing is written there', async () => {
    const office = await shop.office('folderLink');
    const outside = path.join(shop.world.folder, 'outside');
    await mkdir(outside);
    await symlink(outside, office.folder);
    expect(await office.pull()).toMatchObject({ code: 3, stdout: '' });
    expect(await readdir(outside)).toEqual([]);
    await office.expectMarked([]);
  });

  test('holds bytes that rotted, or the file changed on the server since: it is fetched again beside them', async () => {
    const office = await stored('damaged');
    const rotten = await readFile(office.inStore('large.psd'));
    rotten[77_777] = (rotten[77_777] ?? 0) ^ 8;
    await writeFile(office.inStore('large.psd'), rotten);
    const old = await readFile(office.inStore('plan.pdf'));
    await writeFile(office.onServer('plan.pdf'), someBytes(old.length, 'a second version'));
    const finished = await office.pull();
    expect(finished).toMatchObject({ code: 0, stdout: '' });
    expect(office.proxy.takeDownloads()).toHaveLength(2);
    for (const [name, bytes] of [
      ['large.psd', rotten],
      ['plan.pdf', old],
    ] as const) {
      expect(finished.stderr).toContain(`${name} holds other bytes already`);
      expect((await readFile(office.inStore(name))).equals(bytes)).toBe(true);
      await expectBeside(office, name);
    }
    await office.expectMarked(office.names);
    expect(sha256sum(office).status).toBe(0);
  });

  test('is forgotten with the catalog: what is there is taken up again', async () => {
    const office = await stored('forgotten');
    await writeFile(catalogOf(office), someBytes(5000, 'garbage'));
    const garbage = await office.pull();
    expect(garbage).toMatchObject({ code: 1, stdout: '' });
    expect(garbage.stderr).toContain(catalogOf(office));
    expect(garbage.stderr).not.toMatch(/\n\s+at /);
    await rm(catalogOf(office));
    await rm(office.inStore('SHA256SUMS'));
    await office.pullWell();
    expect(office.proxy.takeDownloads()).toEqual([]);
    await office.expectAllStored();
  });

  test('is unknown where the catalog is damaged inside: pull names it, and so does the doctor', async () => {
    const office = await stored('inside');
    const [row] = await withDatabase(`sqlite:${catalogOf(office)}`, (database) =>
      database.all("SELECT rootpage FROM sqlite_schema WHERE name = 'store_file'"),
    );
    const file = await open(catalogOf(office), 'r+');
    await file.write(Buffer.alloc(4096, 0xff), 0, 4096, (Number(row?.rootpage) - 1) * 4096);
    await file.close();
    const pull = await office.pull();
    expect(pull).toMatchObject({ code: 1, stdout: '' });
    const env = { ORDERBAK_PULL_URL: office.proxy.url, ORDERBAK_PULL_STORE: office.store };
    const doctor = await askOrderbak(shop.world, ['doctor'], { machine: 'office', env });
    for (const said of [pull.stderr, doctor.stdout]) {
      expect(said).toContain(`${catalogOf(office)} is damaged`);
      expect(said).toContain('begins a new one');
    }
    await rm(catalogOf(office));
    await office.pullWell();
    await office.expectAllStored();
  });

  test('is forgotten with the catalog, after it was marked: its hash stays in the list when others come', async () => {
    const office = await shop.office('marked');
    await office.pullWell();
    await rm(catalogOf(office));
    const gone = `${hashOf(Buffer.from('gone'))}  gone.jpg\n`;
    await writeFile(office.inStore('SHA256SUMS'), gone, { flag: 'a' });
    const forget = 'UPDATE tbl_bak_order SET bak_date_time = NULL WHERE id_order = ? AND filename = ?';
    await shop.world.ask((database) => database.run(forget, [office.order.id, 'photo.jpg']));
    await office.pullWell();
    await office.expectAllStored();
    expect(sha256sum(office).status).toBe(0);
  });

  test('was given, but a kill came before catalog and list of hashes', async () => {
    const office = await stored('unlisted');
    const forget = "DELETE FROM store_file WHERE filename = 'large.psd'";
    await withDatabase(`sqlite:${catalogOf(office)}`, (database) => database.run(forget));
    const sums = await readFile(office.inStore('SHA256SUMS'), 'utf8');
    await writeFile(office.inStore('SHA256SUMS'), sums.replace(/^.*large\.psd\n/m, ''));
    await office.pullWell();
    expect(office.proxy.takeDownloads()).toEqual([]);
    await office.expectAllStored();
  });

  test('is called SHA256SUMS: kept under a name from which its own can be read; as a drive: kept as it is', async () => {
    const office = await shop.office('named');
    await office.pullWell();
    await office.expectMarked(office.names);
    expect(await office.sums()).toEqual([]);
    for (const name of ['SHA256SUMS', 'sha256sums', 'Sha256Sums']) {
      const kept = (await readdir(office.folder)).filter((entry) => decodeURIComponent(entry) === name);
      const bytes = kept.map((entry) => readFile(office.inStore(entry)));
      const hashes = (await Promise.all(bytes)).map(hashOf);
      expect(hashes, name).toContain(hashOf(await readFile(office.onServer(name))));
    }
    await shop.forgetMarks(office.order);
    office.proxy.takeDownloads();
    await office.pullWell();
    expect(office.proxy.takeDownloads()).toEqual([]);
  });

  test('is one file for several rows: all are marked, one copy is kept', async () => {
    const office = await shop.office('twice');
    await office.pullWell();
    await office.expectAllStored();
    expect((await readdir(office.folder)).sort()).toEqual(['SHA256SUMS', 'large.psd', 'photo.jpg']);
  });
});
