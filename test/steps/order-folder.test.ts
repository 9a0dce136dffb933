import { mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { appendFile, mkdir, readFile, rename, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { Doubt } from '../../src/errors.js';
import type { FolderView } from '../../src/steps/ports/disk.js';
import { DigestMemory } from '../../src/store/digest.js';
import { openOrderStore } from '../../src/store/order-store.js';
import { Pictures } from '../../src/store/pictures.js';
import { Readers } from '../../src/store/readers.js';
import { sha256 } from '../support/snapshot.js';

const box = realpathSync(mkdtempSync(path.join(tmpdir(), 'orderbak-folder-')));
const pictures = new Pictures({ size: 300 });
const readers = new Readers();
afterAll(async () => {
  await pictures.close();
  rmSync(box, { recursive: true });
});

let root: string;
let file: string;
let number = 0;
beforeEach(async () => {
  number += 1;
  root = path.join(box, String(number));
  file = path.join(root, '1@lan/a.txt');
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(path.join(root, '.orderbak-root'), '');
  await writeFile(file, 'the bytes that were looked at');
  // A time that can be put back exactly.
  await utimes(file, 1_750_000_000, 1_750_000_000);
});

/** A root without a database. */
function store() {
  return openOrderStore({
    root,
    rootId: async () => null,
    thumbsFolder: 'thumb',
    pictures,
    digests: new DigestMemory(readers),
    readers,
  });
}

async function view<T>(name: string, see: (view: FolderView) => T): Promise<T | null> {
  const views = await store().openViews();
  try {
    return views.view(name, see);
  } finally {
    views.close();
  }
}

async function open(name = '1@lan') {
  const folder = await store().openFolder(name);
  if (folder === null) throw new Error('it is not there');
  return folder;
}

describe('a file that is no longer what was looked at is not taken away', () => {
  test.each<[string, () => Promise<void>]>([
    ['it grew', () => appendFile(file, '!')],
    ['other bytes of the same size', () => writeFile(file, 'the bytes that are there now!')],
    [
      'other bytes with the old time',
      async () => {
        await writeFile(file, 'the bytes that are there now!');
        await utimes(file, 1_750_000_000, 1_750_000_000);
      },
    ],
    [
      'another file under its name',
      async () => {
        await writeFile(`${file}.new`, 'the bytes that were looked at');
        await rename(`${file}.new`, file);
      },
    ],
    [
      'a link under its name',
      async () => {
        await rename(file, `${file}.old`);
        await symlink(`${file}.old`, file);
      },
    ],
    [
      'a folder under its name',
      async () => {
        await rm(file);
        await mkdir(file);
      },
    ],
    ['nothing under its name', () => rm(file)],
  ])('%s', async (_, happens) => {
    const folder = await open();
    const opened = await folder.open('a.txt');
    const stamp = opened?.stamp;
    await opened?.close();
    if (stamp === undefined) throw new Error('it is not there');
    await happens();
    const before = await stat(file).catch(() => null);
    expect(await folder.unlink('a.txt', stamp)).toBe(false);
    expect(await folder.quarantine('a.txt', stamp, '.orderbak-trash/1/1@lan/a.txt')).toBe(false);
    expect((await stat(file).catch(() => null))?.ino).toBe(before?.ino);
    await folder.close();
  });

  test('but one that is still the same is', async () => {
    const folder = await open();
    const stamp = await folder.stat('a.txt');
    if (stamp === null) throw new Error('it is not there');
    expect(await folder.unlink('a.txt', stamp)).toBe(true);
    await expect(stat(file)).rejects.toThrow('ENOENT');
    await folder.close();
  });
});

test('the hash is that of the bytes that were opened, whatever the name means by then', async () => {
  const folder = await open();
  const opened = await folder.open('a.txt');
  await rename(file, `${file}.old`);
  await writeFile(file, 'something else');
  expect(await opened?.sha256()).toBe(sha256(Buffer.from('the bytes that were looked at')));
  await opened?.close();
  const now = await folder.open('a.txt');
  expect(await now?.sha256()).toBe(sha256(Buffer.from('something else')));
  await now?.close();
  await folder.close();
});

test('a folder that is swapped for a link while it is open is not left', async () => {
  const folder = await open();
  const stamp = await folder.stat('a.txt');
  if (stamp === null) throw new Error('it is not there');
  const elsewhere = path.join(root, 'elsewhere');
  await mkdir(elsewhere);
  await writeFile(path.join(elsewhere, 'a.txt'), 'somebody else’s');
  await rename(path.dirname(file), path.join(root, 'moved'));
  await symlink(elsewhere, path.dirname(file));
  await folder.unlink('a.txt', stamp).catch(() => false);
  expect(await readFile(path.join(elsewhere, 'a.txt'), 'utf8')).toBe('somebody else’s');
  await folder.close();
});

test.each(['../1@lan/a.txt', 'x/../a.txt', '/etc/hostname', '..', '.', 'a\0b'])(
  'the name %j does not leave its folder',
  async (name) => {
    const folder = await open();
    const stamp = await folder.stat('a.txt');
    if (stamp === null) throw new Error('it is not there');
    for (const ask of [
      () => folder.open(name),
      async () => folder.stat(name),
      () => folder.unlink(name, stamp),
      () => folder.quarantine(name, stamp, `.orderbak-trash/1/1@lan/${name}`),
      () => folder.removeThumb(name),
    ])
      await expect(ask()).rejects.toBeInstanceOf(Doubt);
    expect(await readFile(file, 'utf8')).toContain('the bytes');
    await folder.close();
  },
);

test.each(['linked', 'linked/1@lan', '1@lan/a.txt', '1@lan/linked'])(
  '%s is no folder of the root',
  async (name) => {
    await mkdir(path.join(box, 'outside/1@lan'), { recursive: true });
    await symlink(path.join(box, 'outside'), path.join(root, 'linked'));
    await symlink(path.join(box, 'outside'), path.join(root, '1@lan/linked'));
    await expect(open(name)).rejects.toBeInstanceOf(Doubt);
    await expect(view(name, () => 'seen')).rejects.toBeInstanceOf(Doubt);
  },
);

test('a folder that is not there is null, also below another', async () => {
  for (const name of ['2@lan', '2@lan/deeper', '1@lan/deeper']) {
    await expect(open(name)).rejects.toThrow('not there');
    expect(await view(name, () => 'seen')).toBeNull();
  }
});

test('a folder at a glance is what its handle says', async () => {
  await symlink('a.txt', path.join(root, '1@lan/link'));
  await mkdir(path.join(root, '1@lan/thumb'));
  const folder = await open();
  const seen = await view('1@lan', ({ listing, stat }) => {
    expect(() => stat('link')).toThrow('it is not a regular file');
    expect(() => stat('../1@lan/a.txt')).toThrow(Doubt);
    return { listing, stats: ['a.txt', 'b.txt', 'n'.repeat(300)].map(stat) };
  });
  expect(seen).toEqual({
    listing: await folder.list(),
    stats: [{ size: 29, mtimeMs: 1_750_000_000_000 }, null, null],
  });
  expect(seen?.listing).toEqual({ files: ['a.txt'], others: ['link'] });
  await folder.close();
});

test.runIf(process.platform === 'linux')('a view leaves no folder open, whatever it meets', async () => {
  await symlink('a.txt', path.join(root, '1@lan/link'));
  const held = readdirSync('/proc/self/fd').length;
  for (let n = 0; n < 20; n++) {
    await view('1@lan', () => 0);
    await view('2@lan', () => 0);
    await expect(view('1@lan/link', () => 0)).rejects.toBeInstanceOf(Doubt);
  }
  expect(readdirSync('/proc/self/fd').length).toBeLessThan(held + 20);
});

test('a root that another folder has replaced shows nothing', async () => {
  await writeFile(path.join(root, '.orderbak-root'), '');
  const known = store();
  await known.checkRoot();
  await rename(root, `${root}-before`);
  await mkdir(path.join(root, '1@lan'), { recursive: true });
  await writeFile(path.join(root, '.orderbak-root'), '');
  await expect(known.openViews()).rejects.toThrow('was replaced');
  await rm(root, { recursive: true });
  await expect(known.openViews()).rejects.toThrow('it does not exist');
  await mkdir(root);
  await expect(known.openViews()).rejects.toThrow('it is empty');
});
