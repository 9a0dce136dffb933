import { execFileSync } from 'node:child_process';
import { mkdir, readFile, rename, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { daysAgo } from '../support/clock.js';
import { ENGINES } from '../support/database.js';
import type { PlantedOrder } from '../support/planting.js';
import { judgeThumb } from '../support/thumb-oracle.js';
import { at, heldBy, openShop, type Shop, type Summary } from './shop.js';

const shared = { user: 'studio', createTime: daysAgo(170) };
const main = (image: string) => ({ jobs: [{ image }] });

const PLANS = {
  plain: {
    jobs: [
      {
        image: 'm.jpg',
        attach: ['r.png', 'r.pdf', 'r.svg'],
        complete: ['c.tif', 'c.gif', 'c.webp'],
        reworks: [{ attach: ['w.jpg'], complete: ['wc.jpg'] }],
      },
    ],
    discusses: [['m.jpg'], ['only-chat.jpg']],
  },
  damaged: { ...main('broken.jpg'), looks: { 'broken.jpg': 'damaged' as const } },
  waiting: main('waiting.jpg'),
  half: { jobs: [{ image: 'half.jpg', attach: ['half.jpg'] }] },
  reopened: main('reopened.jpg'),
  shorter: main('shorter.jpg'),
  sameSize: main('same-size.jpg'),
  oldTime: main('old-time.jpg'),
  touched: main('touched.jpg'),
  oldMark: main('old-mark.jpg'),
  twoReceipts: { jobs: [{ image: 'two.jpg', attach: ['two.jpg'] }] },
  sharedOne: { ...shared, jobs: [{ image: 'of-both.jpg', attach: ['of-one.jpg'] }] },
  sharedTwo: { ...shared, jobs: [{ image: 'of-both.jpg', attach: ['of-two.jpg'] }] },
  links: { jobs: [{ image: 'linked.jpg', attach: ['pipe.jpg', 'gone.jpg', 'folder.jpg'] }] },
  linkedFolder: main('behind-a-link.jpg'),
  twins: { jobs: [{ image: 'TWIN.JPG', attach: ['twin.jpg', 'alone.jpg'] }] },
  thumbs: { ...main('kept-thumb.jpg'), thumbs: ['kept-thumb.jpg'] },
};
const NAMES = Object.keys(PLANS);
const CHANGED = ['shorter.jpg', 'same-size.jpg', 'old-time.jpg'];

describe.for(ENGINES)('unlink-backed-up on %s', (engine) => {
  let shop: Shop;
  let orders: PlantedOrder[];
  let summary: Summary;
  let changes: string[];
  let before: Awaited<ReturnType<Shop['disk']>>;

  const orderOf = (name: keyof typeof PLANS) => at(orders, NAMES.indexOf(name));
  const place = (name: keyof typeof PLANS, file = '') =>
    path.join(shop.world.root, orderOf(name).folder, file);

  beforeAll(async () => {
    ({ shop, orders } = await openShop(engine, Object.values(PLANS)));
    expect((await shop.run('insert')).exit).toBe(0);
    await rm(place('links', 'gone.jpg'));
    const notYet = new Set(['waiting.jpg', 'twin.jpg']);
    const marked = await shop.backUp((name, order) => !notYet.has(name) && order !== orderOf('sharedTwo').id);
    expect(marked.errors.map((error) => error.path.replace(/.*\//, ''))).toEqual(['gone.jpg']);
    await spoilDatabase();
    await spoilDisk();
    before = await shop.disk();
    summary = await shop.run('unlink-backed-up');
    changes = await shop.changes(before);
  });
  afterAll(() => shop.close());

  async function spoilDatabase(): Promise<void> {
    await shop.world.setStatus(orderOf('reopened').id, 4);
    await shop.world.ask(async (database) => {
      const unmark = 'UPDATE tbl_bak_order SET bak_date_time = NULL WHERE filename = ? AND file_type = 2';
      await database.run(unmark, ['half.jpg']);
      const old = 'UPDATE tbl_bak_order SET file_size = NULL, file_sha256 = NULL WHERE filename = ?';
      await database.run(old, ['old-mark.jpg']);
      const other = 'UPDATE tbl_bak_order SET file_sha256 = ? WHERE filename = ? AND file_type = 2';
      await database.run(other, ['ab'.repeat(32), 'two.jpg']);
      // The missing file was marked by an older script that did not look.
      const lost =
        'UPDATE tbl_bak_order SET bak_date_time = ?, file_size = 5, file_sha256 = ?, missing_time = NULL WHERE filename = ?';
      await database.run(lost, ['2025-03-01 03:00:00', 'cd'.repeat(32), 'gone.jpg']);
    });
  }

  async function spoilDisk(): Promise<void> {
    const bytes = await readFile(place('shorter', 'shorter.jpg'));
    await writeFile(place('shorter', 'shorter.jpg'), bytes.subarray(0, bytes.length - 1));
    await flipByte(place('sameSize', 'same-size.jpg'));
    const { atime, mtime } = await stat(place('oldTime', 'old-time.jpg'));
    await flipByte(place('oldTime', 'old-time.jpg'));
    await utimes(place('oldTime', 'old-time.jpg'), atime, mtime);
    await utimes(place('touched', 'touched.jpg'), new Date(), new Date());
    const outside = path.join(shop.world.folder, 'outside');
    await mkdir(outside);
    await rename(place('links', 'linked.jpg'), path.join(outside, 'linked.jpg'));
    await symlink(path.join(outside, 'linked.jpg'), place('links', 'linked.jpg'));
    await rm(place('links', 'pipe.jpg'));
    execFileSync('mkfifo', [place('links', 'pipe.jpg')]);
    await rm(place('links', 'folder.jpg'));
    await mkdir(place('links', 'folder.jpg'));
    await rename(place('linkedFolder'), path.join(outside, 'order'));
    await symlink(path.join(outside, 'order'), place('linkedFolder'));
  }

  async function flipByte(file: string): Promise<void> {
    const bytes = await readFile(file);
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
    await writeFile(file, bytes);
  }

  test('only files are gone that are the very bytes that the office holds', () => {
    const plain = ['m.jpg', 'r.png', 'r.pdf', 'r.svg', 'c.tif', 'c.gif', 'c.webp', 'w.jpg', 'wc.jpg'];
    const expected = [
      ...plain.map((name) => `gone: ${orderOf('plain').folder}/${name}`),
      `gone: ${orderOf('damaged').folder}/broken.jpg`,
      `gone: ${orderOf('touched').folder}/touched.jpg`,
      `gone: ${orderOf('sharedOne').folder}/of-one.jpg`,
      `gone: ${orderOf('twins').folder}/alone.jpg`,
      `gone: ${orderOf('thumbs').folder}/kept-thumb.jpg`,
    ];
    expect(changes.filter((line) => !line.startsWith('new: ')).sort()).toEqual(expected.sort());
  });

  test('every file that is left is named with the reason', () => {
    const changed = expect.stringContaining('it changed after it was backed up');
    expect(heldBy(summary)).toEqual({
      'shorter.jpg': changed,
      'same-size.jpg': changed,
      'old-time.jpg': changed,
      'half.jpg': expect.stringContaining('not backed up yet'),
      'reopened.jpg': expect.stringContaining('is not finished'),
      'old-mark.jpg': expect.stringContaining('without a receipt'),
      'two.jpg': expect.stringContaining('different receipts'),
      'of-both.jpg': expect.stringContaining('not backed up yet'),
      'linked.jpg': expect.stringContaining('link or no regular file'),
      'pipe.jpg': expect.stringContaining('no regular file'),
      'folder.jpg': expect.stringContaining('no regular file'),
      'behind-a-link.jpg': expect.stringContaining('is a link or no folder'),
      'TWIN.JPG': expect.stringContaining('not backed up yet'),
    });
    expect(summary).toMatchObject({
      exit: 0,
      errors: [],
      counts: { done: 14, skipped: 1, held: 13, failed: 0 },
    });
    const planned = before.get(`${orderOf('plain').folder}/m.jpg`);
    expect(summary.bytes).toBeGreaterThan(planned?.size ?? 0);
  });

  test('a file that changed goes back to recorded, without a receipt; others keep theirs', async () => {
    const rows = await shop.rows();
    const back = rows.filter((row) => CHANGED.includes(row.name));
    expect(back).toHaveLength(3);
    for (const row of back)
      expect(row).toMatchObject({ isBackedUp: false, isUnlinked: false, size: null, sha256: null });
    expect(rows.find((row) => row.name === 'reopened.jpg')).toMatchObject({
      isBackedUp: true,
      isUnlinked: false,
    });
    expect(rows.filter((row) => row.isMissing).map((row) => row.name)).toEqual(['gone.jpg']);
    // The message that names the main photo is closed with it; the other message is not this step's.
    const chats = rows.filter((row) => row.type === 5).map(({ name, isUnlinked }) => [name, isUnlinked]);
    expect(chats.sort()).toEqual([
      ['m.jpg', true],
      ['only-chat.jpg', false],
    ]);
  });

  test('what was removed is written down with its receipt and what became of its thumb', async () => {
    const deletions = await shop.world.ask((database) => database.all('SELECT * FROM orderbak_deletion'));
    const byName = Object.fromEntries(deletions.map((each) => [String(each.filename), each]));
    expect(Object.keys(byName)).toHaveLength(14);
    for (const [name, each] of Object.entries(byName)) {
      const entry = before.get(`${String(each.folder)}/${name}`);
      expect(each).toMatchObject({
        rule: 'backed-up',
        size: entry?.size,
        sha256: entry?.sha256,
        quarantine: null,
      });
    }
    expect(byName['broken.jpg']?.thumb).toContain('no thumb can be made of it: ');
    expect(byName['m.jpg']?.thumb).toBe('made');
    expect(byName['r.pdf']?.thumb).toBe('not-picture');
    expect(byName['kept-thumb.jpg']?.thumb).toBe('kept');
    const mains = (await shop.rows()).filter((row) => row.name === 'm.jpg').map((row) => row.id);
    expect(JSON.parse(String(byName['m.jpg']?.row_ids)).sort()).toEqual(mains.sort());
  });

  test('a thumb stands for every picture that is gone', async () => {
    for (const file of shop.world.files.values()) {
      if (!changes.includes(`gone: ${file.path}`) || file.essence === undefined) continue;
      if (file.name !== 'kept-thumb.jpg') expect(await judgeThumb(shop.world.root, file)).toEqual([]);
    }
    const kept = `${orderOf('thumbs').folder}/thumb/kept-thumb.jpg`;
    expect((await shop.disk()).get(kept)).toEqual(before.get(kept));
  });

  test('what was held goes as soon as its reason is gone, copied again where it changed', async () => {
    await shop.world.setStatus(orderOf('reopened').id, 9);
    expect((await shop.backUp()).errors).toEqual([]);
    const again = await shop.run('unlink-backed-up');
    expect(Object.keys(heldBy(again)).sort()).toEqual(
      ['behind-a-link.jpg', 'folder.jpg', 'linked.jpg', 'old-mark.jpg', 'pipe.jpg', 'two.jpg'].sort(),
    );
    const closed = (await shop.rows()).filter((row) => row.isUnlinked).map((row) => row.name);
    for (const name of [...CHANGED, 'half.jpg', 'reopened.jpg', 'of-both.jpg', 'TWIN.JPG', 'twin.jpg'])
      expect(closed).toContain(name);
  });
});

test('a file that is copied back when its order is opened again is let be, also when the order is finished once more', async () => {
  const { shop, orders } = await openShop('sqlite', [main('old.jpg')]);
  const place = path.join(shop.world.root, at(orders, 0).folder, 'old.jpg');
  const bytes = await readFile(place);
  await shop.run('insert');
  await shop.mark((await shop.rows()).map(({ id }) => ({ id })));
  expect((await shop.run('unlink-backed-up')).counts.done).toBe(1);
  await writeFile(place, bytes);
  await utimes(place, new Date(0), new Date(0));
  const rows = await shop.rows();
  const ask = (sql: string) => shop.world.ask((database) => database.run(sql));
  for (const status of [4, 9]) {
    await ask(`UPDATE tbl_order SET status = ${status}`);
    for (const step of ['insert', 'unlink-backed-up', 'unlink-trash'] as const)
      expect((await shop.run(step)).counts, step).toMatchObject({ planned: 0, done: 0 });
    expect(await shop.rows()).toEqual(rows);
  }
  expect(await readFile(place)).toEqual(bytes);
  await shop.close();
});
