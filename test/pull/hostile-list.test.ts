import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { differences, snapshot } from '../support/snapshot.js';
import { Shop } from './office.js';
import { type Answer, isDownload, LIST, type Weather } from './proxy.js';

const ORDER = { jobs: [{ image: 'photo.jpg', attach: ['large.psd'] }] };

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
];

describe.concurrent('a list that means ill', () => {
  let shop: Shop;
  beforeAll(async () => {
    const names = ['names', 'enormous', 'limited', 'twice', 'backwards', 'endless', 'half', 'separators'];
    shop = await Shop.open(Object.fromEntries(names.map((name) => [name, ORDER])), {
      'large.psd': 1_100_000,
    });
  });
  afterAll(() => shop.close());

  test('names that leave their folder, and folders that leave the store: held, nothing is written outside', async () => {
    const hostile = [
      ...FOLDERS.map((folder) => ({ folder, filename: 'canary' })),
      ...NAMES.map((filename) => ({ filename })),
    ];
    const office = await shop.office(
      'names',
      listing((files) => {
        const [last] = files.slice(-1);
        // After all true ids, where they ask for nothing that another order has.
        const made = hostile.map((change, i) => ({ ...last, ...change, id: 900_000 + i }));
        const own = { id_order: shop.order('names').id };
        return { files: [...files, ...made.map((file) => ({ ...file, ...own }))], next: null };
      }),
    );
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

  test('files that do not fit on the disk: exit 5 before any of them is fetched', async () => {
    const office = await shop.office(
      'enormous',
      listing((files) => ({ files: files.map((file) => ({ ...file, size: 2 ** 52 })), next: null })),
    );
    const finished = await office.pull();
    expect(finished).toMatchObject({ code: 5, stdout: '' });
    expect(finished.stderr).toContain('do not fit');
    expect(office.proxy.asked.filter(isDownload)).toEqual([]);
    await office.expectMarked([]);
  });

  test('what --limit leaves out needs no room', async () => {
    const grown = listing((files) => {
      const sizes: Record<string, number> = { 'large.psd': 2 ** 52, 'photo.jpg': 1_100_000 };
      return { files: files.map((file) => ({ ...file, size: sizes[String(file.filename)] })), next: null };
    });
    const office = await shop.office('limited', grown);
    await office.pullWell(['--limit', '1']);
    expect(office.proxy.asked.filter(isDownload)).toHaveLength(1);
    expect(await office.pull()).toMatchObject({ code: 5 });
  });

  test('a file that is listed twice is fetched once', async () => {
    const office = await shop.office(
      'twice',
      listing((files) => ({ files: files.flatMap((file) => [file, file]), next: null })),
    );
    await office.pullWell();
    expect(office.proxy.takeDownloads()).toHaveLength(2);
    await office.expectAllStored();
  });

  test.for([
    ['backwards', (files: Listed[]) => ({ files: [...files].reverse(), next: null })],
    ['endless', (files: Listed[]) => ({ files: files.slice(0, 1), next: 1 })],
  ] as const)('a list that is %s: exit 1, nothing is fetched', async ([name, change]) => {
    const office = await shop.office(name, listing(change));
    const finished = await office.pull();
    expect(finished).toMatchObject({ code: 1, stdout: '' });
    expect(finished.stderr).toMatch(/the server (lists|does not list)/);
    expect(office.proxy.asked.filter(isDownload)).toEqual([]);
  });

  test('a list of another shape: exit 75, nothing is fetched', async () => {
    const change = (files: Listed[]) => ({ files: files.map(({ folder: _, ...file }) => file), next: null });
    const office = await shop.office('half', listing(change));
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
