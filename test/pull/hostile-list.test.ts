import { mkdir, readdir, rm, statfs, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withDatabase } from '../support/database.js';
import { differences, snapshot } from '../support/snapshot.js';
import { Shop } from './office.js';
import { type Answer, fair, isDownload, LIST, type Weather } from './proxy.js';

const ORDER = { jobs: [{ image: 'photo.jpg', attach: ['large.psd'] }] };
const LARGE = { jobs: [{ image: 'first.psd', attach: ['large.psd'] }] };

type Listed = Record<string, unknown>;

/** The list that somebody else makes of the server's. */
function listing(change: (files: Listed[]) => unknown): Weather {
  return async (asked, forward) => {
    const answer = await forward();
    if (!asked.path.startsWith(LIST)) return answer;
    const { files } = JSON.parse(answer.body.toString('utf8')) as { files: Listed[] };
    return json(change(files));
  };
}

function json(value: unknown): Answer {
  const headers = { 'content-type': 'application/json' };
  return { status: 200, headers, body: Buffer.from(JSON.stringify(value)) };
}

const FOLDERS = [
  '..',
  '../outside',
  '/tmp/outside',
  'a/../../outside',
  '',
  '.',
  './a',
  'a//b',
  'a/',
  '.orderbak',
  '.ORDERBAK/part',
  'ORDERB~1',
  '/etc',
  '//server/share',
  '\\\\server\\share',
  'C:\\shop',
];
const NAMES = [
  '..',
  '.',
  '',
  '../canary',
  'a/b',
  '/etc/orderbak-canary',
  'a\0b',
  'a\nb',
  '.orderbak',
  '..\\canary',
  'C:\\canary.jpg',
  '\\\\server\\share\\canary.jpg',
  '//server/share',
  '.Orderbak-root',
  'ORDERB~1',
  'a\u001b[2Jb',
];

/** Rows that make no sense. */
const ROWS = [
  null,
  7,
  [],
  { id: '900001' },
  { id: -1 },
  { id: 1.5 },
  { id: 2 ** 53 },
  { size: -1 },
  { size: 0.5 },
  { size: '12' },
  { size: 2 ** 53 },
  { size: 2 ** 53 - 1 },
  { filename: null },
  { filename: { toString: 'photo.jpg' } },
  { folder: ['a'] },
  { file_type: 'discuss' },
  { id_order: 'x' },
];

describe.concurrent('a list that means ill', () => {
  let shop: Shop;
  beforeAll(async () => {
    const names = ['names', 'rows', 'twice', 'backwards', 'endless', 'half', 'longer', 'separators', 'long'];
    shop = await Shop.open(
      {
        ...Object.fromEntries(names.map((name) => [name, ORDER])),
        enormous: LARGE,
        limited: LARGE,
        held: LARGE,
      },
      { 'first.psd': 1_100_000, 'large.psd': 1_100_000 },
    );
  });
  afterAll(() => shop.close());

  /** Rows with ids that no other order has, before the true ones; what is an object is otherwise a good row. */
  function addingRows(name: string, rows: readonly unknown[]): Weather {
    return listing((files) => {
      const [last] = files.slice(-1);
      const own = { ...last, id_order: shop.order(name).id };
      const made = rows.map((row, i) =>
        typeof row === 'object' && row !== null && !Array.isArray(row)
          ? { ...own, id: 900_000 + i, ...row }
          : row,
      );
      return { files: [...made, ...files], next: null };
    });
  }

  test('names that leave their folder, and folders that leave the store: held, nothing is written outside', async () => {
    const hostile = [
      ...FOLDERS.map((folder) => ({ folder, filename: 'canary' })),
      ...NAMES.map((filename) => ({ filename })),
    ];
    const office = await shop.office('names', addingRows('names', hostile));
    const around = path.dirname(office.store);
    await mkdir(path.join(around, 'outside'));
    await writeFile(path.join(around, 'canary'), 'alive');
    const before = await snapshot(shop.world.root);
    const finished = await office.pull(['--json']);
    expect(finished).toMatchObject({ code: 0, stderr: '' });
    const { counts, held } = JSON.parse(finished.stdout) as { counts: object; held: { reason: string }[] };
    expect(counts).toMatchObject({ planned: 2, done: 2, held: hostile.length, failed: 0 });
    expect(held).toHaveLength(hostile.length);
    for (const { reason } of held) expect(reason).toContain('does not stay inside');
    expect(await readdir(path.join(around, 'outside'))).toEqual([]);
    expect((await readdir(office.store)).sort()).toEqual(['.orderbak', office.order.folder].sort());
    expect(differences(before, await snapshot(shop.world.root))).toEqual([]);
    await office.expectAllStored();
  });

  test('names and folders that no file system takes: held before anything is fetched', async () => {
    const long = [
      { filename: `${'ả'.repeat(84)}.jpg` },
      { filename: 'x'.repeat(300_000) },
      { folder: `${'ả'.repeat(86)}` },
      { folder: 'a/'.repeat(40) },
    ];
    const office = await shop.office('long', addingRows('long', long));
    const finished = await office.pull(['--json']);
    expect(finished).toMatchObject({ code: 0, stderr: '' });
    const { counts, held } = JSON.parse(finished.stdout) as { counts: object; held: { path: string }[] };
    expect(counts).toMatchObject({ done: 2, held: long.length, failed: 0 });
    for (const { path: shown } of held) expect(shown.length).toBeLessThan(2000);
    await office.expectAllStored();
  });

  test('rows that make no sense: each is refused with a reason, the files around them are copied', async () => {
    const office = await shop.office('rows', addingRows('rows', ROWS));
    const finished = await office.pull(['--json']);
    expect(finished).toMatchObject({ code: 3 });
    const { counts, errors } = JSON.parse(finished.stdout) as {
      counts: object;
      errors: { id: number | null; code: string; message: string }[];
    };
    expect(counts).toMatchObject({ planned: 2, done: 2, held: 0, failed: ROWS.length });
    expect(errors).toHaveLength(ROWS.length);
    for (const { code, message } of errors) {
      expect(code).toBe('bad-row');
      expect(message).toMatch(/makes sense: (the row|\w+): .|whole disk/);
    }
    expect(office.proxy.asked.filter(isDownload)).toHaveLength(2);
    await office.expectAllStored();
  });

  test('files that do not fit on the disk: exit 5 before any of them is fetched', async () => {
    const { blocks, bsize } = await statfs(shop.world.folder);
    const office = await shop.office(
      'enormous',
      listing((files) => ({ files: files.map((file) => ({ ...file, size: blocks * bsize })), next: null })),
    );
    const finished = await office.pull();
    expect(finished).toMatchObject({ code: 5, stdout: '' });
    expect(finished.stderr).toContain('do not fit');
    expect(office.proxy.asked.filter(isDownload)).toEqual([]);
    await office.expectMarked([]);
  });

  test('what --limit leaves out needs no room', async () => {
    const { blocks, bsize } = await statfs(shop.world.folder);
    const grown = listing((files) => ({
      files: files.map((file) => (file.filename === 'large.psd' ? { ...file, size: blocks * bsize } : file)),
      next: null,
    }));
    const office = await shop.office('limited', grown);
    await office.pullWell(['--limit', '1']);
    expect(office.proxy.asked.filter(isDownload)).toHaveLength(1);
    expect(await office.pull()).toMatchObject({ code: 5 });
  });

  test('what the store holds already needs no room either: it is only marked', async () => {
    const { blocks, bsize } = await statfs(shop.world.folder);
    const office = await shop.office('held');
    await office.pullWell();
    await shop.forgetMarks(office.order);
    office.proxy.takeDownloads();
    // Copies of a size for which nobody has the time.
    const size = blocks * bsize;
    const catalog = `sqlite:${path.join(office.store, '.orderbak/catalog.sqlite')}`;
    await withDatabase(catalog, (database) => database.run('UPDATE store_file SET size = ?', [size]));
    office.proxy.weather = listing((files) => ({
      files: files.map((file) => ({ ...file, size })),
      next: null,
    }));
    await office.pullWell();
    expect(office.proxy.takeDownloads()).toEqual([]);
    await office.expectMarked(office.names);
  });

  test('files that have another size than the list says: not let in until it says the true one', async () => {
    const sizes: Record<string, number> = { 'photo.jpg': 1, 'large.psd': 1_099_999 };
    const wrong = listing((files) => ({
      files: files.map((file) => ({ ...file, size: sizes[String(file.filename)] ?? file.size })),
      next: null,
    }));
    const office = await shop.office('longer', wrong);
    const finished = await office.pull();
    expect(finished).toMatchObject({ code: 3, stdout: '' });
    expect(finished.stderr).toContain('lists 1099999 bytes and sends 1100000');
    expect(await office.parts()).toEqual([]);
    await office.expectMarked([]);
    office.proxy.weather = fair;
    await office.pullWell();
    await office.expectAllStored();
  });

  test('a file that is listed twice is fetched once, and it says so', async () => {
    const office = await shop.office(
      'twice',
      listing((files) => ({ files: [...files, ...files], next: null })),
    );
    const finished = await office.pull(['--json']);
    expect(finished.code).toBe(3);
    expect(JSON.parse(finished.stdout)).toMatchObject({
      counts: { planned: 2, done: 2, failed: 2 },
      errors: Array(2).fill({ code: 'bad-row', message: expect.stringContaining('twice') }),
    });
    expect(office.proxy.takeDownloads()).toHaveLength(2);
    await office.expectAllStored();
  });

  test('a list in the wrong order: all are fetched', async () => {
    const office = await shop.office(
      'backwards',
      listing((files) => ({ files: [...files].reverse(), next: null })),
    );
    await office.pullWell();
    await office.expectAllStored();
  });

  test('a list without an end: exit 1, nothing is fetched', async () => {
    const office = await shop.office(
      'endless',
      listing((files) => ({ files: files.slice(0, 1), next: 1 })),
    );
    const finished = await office.pull();
    expect(finished).toMatchObject({ code: 1, stdout: '' });
    expect(finished.stderr).toContain('the server lists the same files again and again');
    expect(office.proxy.asked.filter(isDownload)).toEqual([]);
  });

  test('a list of another shape: exit 75, nothing is fetched', async () => {
    const office = await shop.office(
      'half',
      listing((files) => ({ files: Object.fromEntries(files.entries()), next: null })),
    );
    const finished = await office.pull();
    expect(finished).toMatchObject({ code: 75, stdout: '' });
    expect(finished.stderr).toContain('something else than orderbak does');
    expect(office.proxy.asked.filter(isDownload)).toEqual([]);
  });

  test('a name with line separators of Unicode travels like any other', async () => {
    const strange = 'a\u2028b\u2029c\u0085d.jpg';
    const office = await shop.office(
      'separators',
      listing((files) => {
        const own = files.filter((file) => file.id_order === shop.order('separators').id);
        return { files: own.map((file, i) => (i === 0 ? { ...file, filename: strange } : file)), next: null };
      }),
    );
    await office.pullWell();
    expect((await readdir(office.folder)).sort()).toEqual(['SHA256SUMS', strange, office.names[1]].sort());
    await rm(office.inStore(strange));
    await office.expectMarked(office.names);
  });
});
