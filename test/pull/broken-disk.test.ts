import { mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Fault, findStrace, ONE_THREAD, underFault } from '../support/strace.js';
import { type Office, Shop } from './office.js';
import { BUNDLE, isDownload } from './proxy.js';

const SIZE = 1_100_000;
const LARGE = { jobs: [{ image: 'large.psd' }] };
const SMALL = { jobs: [{ image: 'a.jpg', attach: ['b ü.txt'], complete: ['c.png'] }] };
const MIXED = { jobs: [{ image: 'large.psd', attach: ['a.jpg', 'b ü.txt'], complete: ['c.png'] }] };
const RENAMES = ['rename', 'renameat', 'renameat2'];

const strace = findStrace();

describe.skipIf(strace === undefined)('a failing disk (needs strace)', { concurrent: true }, () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await Shop.open(
      {
        'large synced': LARGE,
        'not removed': LARGE,
        'small synced': SMALL,
        'folder synced': MIXED,
        'store synced': LARGE,
        'list synced': SMALL,
        'found synced': LARGE,
        'found folder': LARGE,
        busy: LARGE,
        leftovers: LARGE,
        refused: MIXED,
        'full part': LARGE,
        'full name': MIXED,
        'full list': MIXED,
        'full catalog': SMALL,
        'broken catalog': SMALL,
        'never synced': MIXED,
        'too large': LARGE,
      },
      { 'large.psd': SIZE },
    );
  });
  afterAll(() => shop.close());

  /** One run in which the disk fails; answers what was called on the path, and how it ended. */
  async function failing(office: Office, fault: Omit<Fault, 'log'>) {
    const log = path.join(shop.world.folder, `calls of ${office.order.id}`);
    const finished = await office.pull([], {
      env: ONE_THREAD,
      wrap: underFault(strace ?? '', { ...fault, log }),
    });
    const lines = (await readFile(log, 'utf8')).split('\n').filter((line) => line.includes('('));
    expect(lines.filter((line) => line.includes('INJECTED')).length, 'the disk failed').toBeGreaterThan(0);
    const calls = lines.map((line) => /\d+ +(\w+)\(/.exec(line)?.[1] ?? line);
    return { ...finished, calls };
  }

  async function partOf(office: Office, name: string): Promise<string> {
    const row = (await shop.rows(office.order)).find((entry) => entry.name === name);
    return path.join(office.store, '.orderbak/part', `${row?.id}-1.part`);
  }

  /** What the list of hashes is written into at first. */
  async function sumsOf(office: Office): Promise<string[]> {
    const rows = await shop.rows(office.order);
    return rows.map(({ id }) => path.join(office.store, '.orderbak/part', `sums-${id}-1.tmp`));
  }

  /** The next run finishes, on a disk that is well again; answers the ranges that it asked for. */
  async function recovers(office: Office): Promise<(string | undefined)[]> {
    office.proxy.takeDownloads();
    await office.pullWell();
    await office.expectAllStored();
    return office.proxy.takeDownloads().map(({ headers }) => headers.range);
  }

  test('fsync of a large file fails once: its bytes are thrown away, and fetched whole by the next run', async () => {
    const office = await shop.office('large synced');
    const { code, stderr, calls } = await failing(office, {
      paths: [await partOf(office, 'large.psd')],
      calls: ['fsync', 'fdatasync'],
      error: 'EIO',
      when: '1',
      watch: ['unlink', 'unlinkat', ...RENAMES],
    });
    expect(code).toBe(3);
    expect(stderr).toContain('large.psd: the store could not make the file durable');
    expect(calls).toEqual(['fsync', expect.stringContaining('unlink')]);
    expect(await office.parts()).toEqual([]);
    await office.expectMarked([]);
    expect(await recovers(office)).toEqual([undefined]);
  });

  test('fsync of a large file fails, and its bytes cannot be removed: the next run does not go on with them', async () => {
    const office = await shop.office('not removed');
    const { code, calls } = await failing(office, {
      paths: [await partOf(office, 'large.psd')],
      calls: ['fsync', 'fdatasync', 'unlink', 'unlinkat'],
      error: 'EIO',
      when: '1+',
    });
    expect(code).toBe(3);
    expect(calls).toEqual(['fsync', expect.stringContaining('unlink')]);
    await office.expectMarked([]);
    expect(await recovers(office)).toEqual([undefined]);
  });

  test('fsync of a file of a bundle fails once: it is fetched again by itself in the same run', async () => {
    const office = await shop.office('small synced');
    const { code, stderr, calls } = await failing(office, {
      paths: [await partOf(office, 'b ü.txt')],
      calls: ['fsync', 'fdatasync'],
      error: 'EIO',
      when: '1',
      watch: ['unlink', 'unlinkat', ...RENAMES],
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(calls.map((call) => call.replace(/at2?$/, ''))).toEqual(['fsync', 'unlink', 'fsync', 'rename']);
    expect(office.proxy.takeDownloads().map((asked) => asked.path === BUNDLE)).toEqual([true, false]);
    await office.expectAllStored();
  });

  test('fsync of the folder fails once: its new names are taken back, and the files are fetched again', async () => {
    const office = await shop.office('folder synced');
    const { code, stderr } = await failing(office, {
      paths: [office.folder],
      calls: ['fsync', 'fdatasync'],
      error: 'EIO',
      when: '1',
    });
    expect(code).toBe(3);
    expect(stderr).toContain('could not make the folder durable');
    const marked = (await shop.rows(office.order)).filter((row) => row.isBackedUp).map((row) => row.name);
    expect(marked.length).toBeLessThan(4);
    const there = (await readdir(office.folder)).filter((name) => name !== 'SHA256SUMS');
    expect(there.sort()).toEqual(marked.sort());
    await office.expectMarked(marked);
    expect(await recovers(office)).not.toEqual([]);
  });

  test('fsync of the folder above fails once: no folder is left that would be taken for durable', async () => {
    const office = await shop.office('store synced');
    const { code, stdout } = await failing(office, {
      paths: [office.store],
      calls: ['fsync', 'fdatasync'],
      error: 'EIO',
      when: '1',
    });
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(await readdir(office.store)).toEqual(['.orderbak']);
    await office.expectMarked([]);
    await recovers(office);
  });

  test('folders cannot be synced at all, as on shares of older systems: that is no failure', async () => {
    const office = await shop.office('never synced');
    const { code, stderr } = await failing(office, {
      paths: [office.store, office.folder],
      calls: ['fsync', 'fdatasync'],
      error: 'EINVAL',
      when: '1+',
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    await office.expectAllStored();
  });

  test('the disk takes no file of that size, as FAT32: it is told what to do about it', async () => {
    const office = await shop.office('too large');
    const { code, stderr } = await failing(office, {
      paths: [await partOf(office, 'large.psd')],
      calls: ['write', 'pwrite64'],
      error: 'EFBIG',
      when: '3+',
    });
    expect(code).toBe(3);
    expect(stderr).toContain(
      'EFBIG: file too large, write: the disk takes no file of that size, as FAT32 none of 4 GiB; use a disk with exFAT, NTFS or a file system of Linux (EFBIG)',
    );
    await office.expectMarked([]);
  });

  test('a folder that a killed run has left is not taken for durable', async () => {
    const office = await shop.office('found folder');
    await mkdir(office.folder);
    const { code } = await failing(office, {
      paths: [office.store],
      calls: ['fsync', 'fdatasync'],
      error: 'EIO',
      when: '1',
    });
    expect(code).toBe(3);
    expect(await readdir(office.folder)).toEqual([]);
    await office.expectMarked([]);
    await recovers(office);
  });

  test('fsync of the list of hashes fails once: no file of it is marked, the next run writes it again', async () => {
    const office = await shop.office('list synced');
    const { code, stdout } = await failing(office, {
      paths: await sumsOf(office),
      calls: ['fsync', 'fdatasync'],
      error: 'EIO',
      when: '1',
    });
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    await office.expectMarked([]);
    expect(await recovers(office)).toEqual([]);
  });

  test('fsync of an equal file that lay there already fails: it is not synced again, but fetched and replaced', async () => {
    const office = await shop.office('found synced');
    await mkdir(office.folder);
    await writeFile(office.inStore('large.psd'), await readFile(office.onServer('large.psd')));
    const { ino } = await stat(office.inStore('large.psd'));
    const { code, stderr, calls } = await failing(office, {
      paths: [office.inStore('large.psd')],
      calls: ['fsync', 'fdatasync'],
      error: 'EIO',
      when: '1',
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(calls).toEqual(['fsync']);
    expect(office.proxy.asked.filter(isDownload)).toHaveLength(1);
    expect((await stat(office.inStore('large.psd'))).ino).not.toBe(ino);
    await office.expectAllStored();
  });

  test('the disk is full while a file is written: the next run goes on where it ended', async () => {
    const office = await shop.office('full part');
    const { code, stderr } = await failing(office, {
      paths: [await partOf(office, 'large.psd')],
      calls: ['write', 'pwrite64'],
      error: 'ENOSPC',
      when: '3+',
    });
    expect(code).toBe(3);
    expect(stderr).toContain('ENOSPC');
    await office.expectMarked([]);
    expect(await recovers(office)).toEqual([expect.stringMatching(/^bytes=\d+-$/)]);
  });

  test('the disk is full when a file gets its name: it has none, the others are marked', async () => {
    const office = await shop.office('full name');
    const { code, stderr } = await failing(office, {
      paths: [await partOf(office, 'a.jpg')],
      calls: RENAMES,
      error: 'ENOSPC',
      when: '1+',
    });
    expect(code).toBe(3);
    expect(stderr).toContain('a.jpg');
    expect(await readdir(office.folder)).not.toContain('a.jpg');
    await office.expectMarked(office.names.filter((name) => name !== 'a.jpg'));
    expect(await recovers(office)).toHaveLength(1);
  });

  test('a rename is refused for a moment, as by a virus scanner: it is tried again', async () => {
    const office = await shop.office('busy');
    const { code, stderr, calls } = await failing(office, {
      paths: [await partOf(office, 'large.psd')],
      calls: RENAMES,
      error: 'EBUSY',
      when: '1..3',
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(calls).toHaveLength(4);
    await office.expectAllStored();
  });

  test('what an earlier run has left cannot be removed, as what a virus scanner holds: the next run comes back to it', async () => {
    const office = await shop.office('leftovers');
    const part = path.join(office.store, '.orderbak/part');
    await mkdir(part, { recursive: true });
    const left = ['sums-1-1.tmp', '999999-1.part'].map((name) => path.join(part, name));
    for (const file of left) {
      await writeFile(file, 'half');
      await utimes(file, 0, 0);
    }
    const { code, stderr } = await failing(office, {
      paths: left,
      calls: ['unlink', 'unlinkat'],
      error: 'EBUSY',
      when: '1+',
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect((await readdir(part)).length).toBe(2);
    await recovers(office);
  });

  test('a rename is refused for good: that file fails after seven tries, the others are marked', async () => {
    const office = await shop.office('refused');
    const { code, stderr, calls } = await failing(office, {
      paths: [await partOf(office, 'a.jpg')],
      calls: RENAMES,
      error: 'EACCES',
      when: '1+',
    });
    expect(code).toBe(3);
    expect(stderr).toMatch(/a\.jpg: EACCES/);
    expect(calls).toHaveLength(7);
    await office.expectMarked(office.names.filter((name) => name !== 'a.jpg'));
    await recovers(office);
  });

  test('the disk is full when the list of hashes is written: nothing is marked, and nothing is fetched twice', async () => {
    const office = await shop.office('full list');
    const { code, stderr } = await failing(office, {
      paths: await sumsOf(office),
      calls: ['write', 'pwrite64'],
      error: 'ENOSPC',
      when: '1+',
    });
    expect(code).toBe(3);
    expect(stderr).toContain('ENOSPC');
    await office.expectMarked([]);
    expect(await recovers(office)).toEqual([]);
  });

  test('the disk breaks when the catalog is written: it is named, and nothing is marked', async () => {
    const office = await shop.office('broken catalog');
    expect(await office.pull(['--dry-run'])).toMatchObject({ code: 0 });
    const catalog = path.join(office.store, '.orderbak/catalog.sqlite');
    const { code, stderr } = await failing(office, {
      paths: [catalog],
      calls: ['pwrite64'],
      error: 'EIO',
      when: '1+',
    });
    expect(code).toBe(75);
    expect(stderr).toContain(`the disk of the database ${catalog} fails: disk I/O error`);
    await office.expectMarked([]);
    await recovers(office);
  });

  test('the disk is full when the catalog is written: nothing is marked', async () => {
    const office = await shop.office('full catalog');
    expect(await office.pull(['--dry-run'])).toMatchObject({ code: 0 });
    const catalog = path.join(office.store, '.orderbak/catalog.sqlite');
    const { code, stdout, stderr } = await failing(office, {
      paths: [catalog, `${catalog}-journal`],
      calls: ['write', 'pwrite64'],
      error: 'ENOSPC',
      when: '1+',
    });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(`the disk of the database ${catalog} is full`);
    expect(stderr).toContain('Free space there');
    await office.expectMarked([]);
    await recovers(office);
  });
});
