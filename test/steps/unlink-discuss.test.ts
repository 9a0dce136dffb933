import { execFileSync } from 'node:child_process';
import { mkdir, readFile, readlink, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { daysAgo } from '../support/clock.js';
import { ENGINES } from '../support/database.js';
import { unreadable } from '../support/order-plan.js';
import { fileBytes } from '../support/pictures.js';
import type { PlantedOrder } from '../support/planting.js';
import { judgeThumb } from '../support/thumb-oracle.js';
import { at, heldBy, openShop, type Shop, type Summary } from './shop.js';

const SAME_SECOND = daysAgo(170);
const shared = { user: 'studio', createTime: SAME_SECOND };

const PLANS = {
  plain: {
    discusses: [
      ['c.jpg', 'c.svg', 'c.tif', 'c.pdf'],
      ['c.zip', 'c.txt', 'c.psd'],
    ],
  },
  damaged: { discusses: [['broken.jpg', 'beside-broken.jpg']], looks: { 'broken.jpg': 'damaged' as const } },
  result: { jobs: [{ image: 'm.jpg', complete: ['final.jpg'] }], discusses: [['final.jpg']] },
  reopened: { discusses: [['reopened.jpg']] },
  young: { discusses: [['young.jpg']] },
  broken: { discusses: [['in-broken-order.jpg']] },
  forgotten: { discusses: [['forgotten.jpg']] },
  sharedOpen: { ...shared, discusses: [['of-both.jpg', 'of-the-open-one.jpg']] },
  sharedDone: { ...shared, discusses: [['of-both.jpg', 'of-the-done-one.jpg']] },
  links: { discusses: [['linked.jpg', 'pipe.jpg', 'folder.jpg', 'gone.jpg']] },
  linkedFolder: { discusses: [['behind-a-link.jpg']] },
  linkedThumbs: { discusses: [['thumb-behind-a-link.jpg', 'no-thumb-needed.txt']] },
  noFolder: { missing: 'all' as const, discusses: [['no-folder.jpg']] },
  twins: { jobs: [{ image: 'TWIN.JPG' }], discusses: [['twin.jpg']] },
  path: { discusses: [['psd/in-a-path.txt', '../outside.txt']] },
  thumbs: {
    discusses: [['good.jpg', 'bad.jpg', 'empty.png', 'thumb-is-a-link.jpg', 'thumb-is-a-folder.jpg']],
    thumbs: ['good.jpg'],
  },
};
const NAMES = Object.keys(PLANS);

describe.for(ENGINES)('unlink-discuss on %s', (engine) => {
  let shop: Shop;
  let orders: PlantedOrder[];
  let summary: Summary;
  let changes: string[];
  let before: Awaited<ReturnType<Shop['disk']>>;

  const orderOf = (name: keyof typeof PLANS) => at(orders, NAMES.indexOf(name));
  const place = (name: keyof typeof PLANS, file = '') =>
    path.join(shop.world.root, orderOf(name).folder, file);
  const gone = (name: keyof typeof PLANS, file: string) => `gone: ${orderOf(name).folder}/${file}`;

  beforeAll(async () => {
    ({ shop, orders } = await openShop(engine, Object.values(PLANS)));
    expect((await shop.run('insert')).exit).toBe(0);
    await spoilDatabase();
    await spoilDisk();
    before = await shop.disk();
    summary = await shop.run('unlink-discuss');
    changes = await shop.changes(before);
  });
  afterAll(() => shop.close());

  /** What the staff did since the files were recorded. */
  async function spoilDatabase(): Promise<void> {
    await shop.world.setStatus(orderOf('reopened').id, 4);
    await shop.world.setStatus(orderOf('sharedOpen').id, 4);
    await shop.world.ask(async (database) => {
      const late = [daysAgo(3), orderOf('young').id];
      await database.run('UPDATE tbl_order SET done_qc_time = ? WHERE id_order = ?', late);
      await database.run('DELETE FROM tbl_order WHERE id_order = ?', [orderOf('forgotten').id]);
      await database.run('INSERT INTO tbl_job (id_order, image, attach) VALUES (?, NULL, ?)', [
        orderOf('broken').id,
        unreadable(['x.jpg']).text,
      ]);
    });
  }

  async function spoilDisk(): Promise<void> {
    const outside = path.join(shop.world.folder, 'outside');
    await mkdir(outside);
    await rename(place('links', 'linked.jpg'), path.join(outside, 'linked.jpg'));
    await symlink(path.join(outside, 'linked.jpg'), place('links', 'linked.jpg'));
    for (const name of ['pipe.jpg', 'folder.jpg', 'gone.jpg']) await rm(place('links', name));
    execFileSync('mkfifo', [place('links', 'pipe.jpg')]);
    await mkdir(place('links', 'folder.jpg'));
    await rename(place('linkedFolder'), path.join(outside, 'order'));
    await symlink(path.join(outside, 'order'), place('linkedFolder'));
    await mkdir(path.join(outside, 'thumb'));
    await symlink(path.join(outside, 'thumb'), place('linkedThumbs', 'thumb'));
    await writeFile(place('path', '../outside.txt'), 'in the root');
    await writeFile(place('thumbs', 'thumb/bad.jpg'), (await fileBytes('x.jpg', 'small')).subarray(0, 300));
    await writeFile(place('thumbs', 'thumb/empty.png'), '');
    await symlink('good.jpg', place('thumbs', 'thumb/thumb-is-a-link.jpg'));
    await mkdir(place('thumbs', 'thumb/thumb-is-a-folder.jpg'));
  }

  test('only what every record and the disk allow is gone, and nothing else has changed', () => {
    const removed = [
      ...['c.jpg', 'c.svg', 'c.tif', 'c.pdf', 'c.zip', 'c.txt', 'c.psd'].map((name) => gone('plain', name)),
      gone('damaged', 'beside-broken.jpg'),
      gone('sharedDone', 'of-the-done-one.jpg'),
      ...['good.jpg', 'bad.jpg', 'empty.png'].map((name) => gone('thumbs', name)),
    ];
    expect(changes.filter((line) => line.startsWith('gone: ')).sort()).toEqual(removed.sort());
    expect(changes.filter((line) => line.startsWith('changed: ')).sort()).toEqual(
      ['bad.jpg', 'empty.png'].map((name) => `changed: ${orderOf('thumbs').folder}/thumb/${name}`),
    );
    const made = changes.filter((line) => line.startsWith('new: ') && !line.endsWith('/thumb'));
    expect(made.sort()).toEqual(
      [
        ...['c.jpg', 'c.svg', 'c.tif'].map((name) => `new: ${orderOf('plain').folder}/thumb/${name}`),
        `new: ${orderOf('damaged').folder}/thumb/beside-broken.jpg`,
        `new: ${orderOf('sharedDone').folder}/thumb/of-the-done-one.jpg`,
      ].sort(),
    );
  });

  test('every file that is left is named with the reason', () => {
    expect(heldBy(summary)).toEqual({
      'broken.jpg': expect.stringContaining('no thumb can be made of it'),
      'final.jpg': expect.stringContaining('not backed up yet'),
      'reopened.jpg': expect.stringContaining('is not finished (status 4)'),
      'young.jpg': expect.stringContaining('after the limit'),
      'in-broken-order.jpg': expect.stringContaining('cannot be read'),
      'forgotten.jpg': expect.stringContaining('no longer knows'),
      'of-both.jpg': expect.stringContaining('is not finished'),
      'of-the-open-one.jpg': expect.stringContaining('is not finished'),
      'linked.jpg': expect.stringContaining('link or no regular file'),
      'pipe.jpg': expect.stringContaining('no regular file'),
      'folder.jpg': expect.stringContaining('no regular file'),
      'behind-a-link.jpg': expect.stringContaining('is a link or no folder'),
      'thumb-behind-a-link.jpg': expect.stringContaining('"thumb" is a link'),
      'no-thumb-needed.txt': expect.stringContaining('"thumb" is a link'),
      'twin.jpg': expect.stringContaining('not backed up yet'),
      'in-a-path.txt': expect.stringContaining('does not stay inside'),
      'outside.txt': expect.stringContaining('does not stay inside'),
      'thumb-is-a-link.jpg': expect.stringContaining('link or no regular file'),
      'thumb-is-a-folder.jpg': expect.stringContaining('no regular file'),
    });
    expect(summary).toMatchObject({
      exit: 0,
      ok: true,
      errors: [],
      counts: { done: 12, skipped: 2, failed: 0 },
    });
  });

  test('nothing behind a link was touched, and the links are there', async () => {
    const outside = path.join(shop.world.folder, 'outside');
    expect((await stat(path.join(outside, 'linked.jpg'))).size).toBeGreaterThan(100);
    expect((await stat(path.join(outside, 'order/behind-a-link.jpg'))).size).toBeGreaterThan(100);
    expect(await readlink(place('links', 'linked.jpg'))).toBe(path.join(outside, 'linked.jpg'));
    expect(await readFile(place('path', '../outside.txt'), 'utf8')).toBe('in the root');
    await expect(stat(path.join(outside, 'thumb/thumb-behind-a-link.jpg'))).rejects.toThrow('ENOENT');
  });

  test('thumbs are good; one that was good is the same to the byte', async () => {
    for (const file of shop.world.files.values()) {
      if (!changes.includes(`gone: ${file.path}`) || file.essence === undefined) continue;
      if (file.name === 'good.jpg') continue;
      expect(await judgeThumb(shop.world.root, file)).toEqual([]);
    }
    const kept = `${orderOf('thumbs').folder}/thumb/good.jpg`;
    expect((await shop.disk()).get(kept)).toEqual(before.get(kept));
  });

  test('rows are closed for files that are gone, noted for those that never were, open for the others', async () => {
    const rows = await shop.rows();
    const closed = rows.filter((row) => row.isUnlinked).map((row) => row.name);
    expect(closed.sort()).toEqual(
      changes
        .filter((line) => line.startsWith('gone: '))
        .map((line) => line.replace(/.*\//, ''))
        .sort(),
    );
    expect(
      rows
        .filter((row) => row.isMissing)
        .map((row) => row.name)
        .sort(),
    ).toEqual(['gone.jpg', 'no-folder.jpg']);
    const deletions = await shop.world.ask((database) => database.all('SELECT * FROM orderbak_deletion'));
    expect(deletions.map((each) => each.filename).sort()).toEqual(closed);
    const thumbs = Object.fromEntries(deletions.map((each) => [each.filename, each.thumb]));
    expect(thumbs).toMatchObject({
      'c.jpg': 'made',
      'c.pdf': 'not-picture',
      'good.jpg': 'kept',
      'bad.jpg': 'made',
    });
    expect(deletions.filter((each) => each.done_ms === null || each.rule !== 'discuss')).toEqual([]);
  });

  test('a second run finds nothing more to do, and holds the same', async () => {
    const then = await shop.disk();
    const again = await shop.run('unlink-discuss');
    expect(again).toMatchObject({ exit: 0, counts: { done: 0, failed: 0 } });
    expect(Object.keys(heldBy(again)).sort()).toEqual(Object.keys(heldBy(summary)).sort());
    expect(await shop.changes(then)).toEqual([]);
  });
});

test('a dry run sums up what is there: as many bytes as the run frees', async () => {
  const { shop, orders } = await openShop('sqlite', [
    { discusses: [['a.jpg', 'b.pdf']] },
    { discusses: [['gone.jpg', 'c.txt']] },
  ]);
  try {
    expect((await shop.run('insert')).exit).toBe(0);
    await rm(path.join(shop.world.root, at(orders, 1).folder, 'gone.jpg'));
    const dry = await shop.run('unlink-discuss', { dryRun: true });
    const real = await shop.run('unlink-discuss');
    expect(real).toMatchObject({ exit: 0, counts: { done: 3, skipped: 1 } });
    expect(dry).toMatchObject({ counts: { planned: 4 }, bytes: real.bytes });
    expect(dry.bytes).toBeGreaterThan(0);
  } finally {
    await shop.close();
  }
});

describe.for(ENGINES)('a picture that cannot be read, known from an earlier run, on %s', (engine) => {
  let shop: Shop;
  let folder: string;
  beforeAll(async () => {
    const opened = await openShop(engine, [
      { discusses: [['a-broken.jpg', 'b.txt', 'c.txt']], looks: { 'a-broken.jpg': 'damaged' } },
    ]);
    shop = opened.shop;
    folder = path.join(shop.world.root, at(opened.orders, 0).folder);
    await shop.run('insert');
  });
  afterAll(() => shop.close());

  const broken = () => path.join(folder, 'a-broken.jpg');
  const heldOnly = { 'a-broken.jpg': expect.stringContaining('no thumb can be made of it: ') };

  test('is not in the way of the next file', async () => {
    const first = await shop.run('unlink-discuss', { limit: 1 });
    expect(first.counts).toMatchObject({ planned: 1, done: 0, held: 1 });
    const second = await shop.run('unlink-discuss', { limit: 1 });
    expect(second.counts).toMatchObject({ planned: 1, done: 1, held: 1 });
    expect(heldBy(second)).toEqual(heldBy(first));
    const third = await shop.run('unlink-discuss', { maxDelete: { kind: 'count', count: 1 } });
    expect(third).toMatchObject({ exit: 0, counts: { planned: 1, done: 1, held: 1 } });
    expect(heldBy(third)).toEqual(heldOnly);
  });

  test('is tried again as soon as its bytes are not the same, and stays as long as they are no picture', async () => {
    const bytes = await readFile(broken());
    await writeFile(broken(), bytes.subarray(0, bytes.length - 1));
    expect((await shop.run('unlink-discuss')).counts).toMatchObject({ planned: 1, done: 0, held: 1 });
    expect((await shop.run('unlink-discuss')).counts).toMatchObject({ planned: 0, done: 0, held: 1 });
    expect((await stat(broken())).size).toBe(bytes.length - 1);
  });

  test('goes when somebody has made its thumb', async () => {
    await mkdir(path.join(folder, 'thumb'), { recursive: true });
    await writeFile(path.join(folder, 'thumb/a-broken.jpg'), await fileBytes('x.jpg', 'small'));
    expect((await shop.run('unlink-discuss')).counts).toMatchObject({ planned: 1, done: 1, held: 0 });
  });
});
