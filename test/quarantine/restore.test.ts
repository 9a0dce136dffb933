import { cp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { at, heldBy, openShop, type Shop, type Summary } from '../steps/shop.js';
import { ENGINES } from '../support/database.js';
import { otherDisk } from '../support/other-disk.js';
import type { PlantedOrder } from '../support/planting.js';
import { start } from '../support/run.js';
import type { Tree } from '../support/snapshot.js';

const KNOWN = ['a.txt', 'b.txt', 'c.txt', 'd.txt'];
const PLANS = [
  { jobs: [{ attach: KNOWN }], trash: ['t.jpg', 'u.tmp', 'Trần 😀 "x".bin'], thumbs: ['t.jpg'] },
  { jobs: [{ attach: KNOWN }], trash: ['v.tmp'] },
  { jobs: [{ attach: KNOWN }], trash: ['again.tmp'] },
  { jobs: [{ attach: KNOWN }], trash: ['w.tmp', 'x.tmp'] },
];

describe.for(ENGINES)('restore from the quarantine on %s', (engine) => {
  let shop: Shop;
  let orders: PlantedOrder[];
  let before: Tree;
  let first: Summary;

  beforeAll(async () => {
    ({ shop, orders, before } = await openShop(engine, PLANS));
    await shop.run('insert');
    first = await shop.run('unlink-trash');
    expect(first.counts).toMatchObject({ done: 7, held: 0 });
  });
  afterAll(() => shop.close());

  const place = (order: number, ...names: string[]) =>
    path.join(shop.world.root, at(orders, order).folder, ...names);
  const idsOf = async (filename: string): Promise<number[]> => {
    const rows = await shop.world.ask((database) =>
      database.all('SELECT id FROM orderbak_deletion WHERE filename = ? ORDER BY id', [filename]),
    );
    return rows.map((row) => Number(row.id));
  };
  const idOf = async (filename: string) => at(await idsOf(filename), 0);
  /** Whether the file of an order is there as it was before the removal. */
  const isAsBefore = async (order: number, ...names: string[]) => {
    const name = [at(orders, order).folder, ...names].join('/');
    expect((await shop.disk()).get(name), name).toEqual(before.get(name));
    expect(before.get(name)).toBeDefined();
  };

  test('by its id: the file and its thumb are where they were, as they were', async () => {
    const done = await shop.restore({ ids: [await idOf('t.jpg')] });
    expect(done).toMatchObject({
      exit: 0,
      command: 'restore-trash',
      counts: { planned: 1, done: 1, held: 0 },
    });
    expect(done.notes).toEqual([]);
    await isAsBefore(0, 't.jpg');
    await isAsBefore(0, 'thumb', 't.jpg');
  });

  test('by where it lay, whatever its name', async () => {
    const filename = 'Trần 😀 "x".bin';
    expect(await shop.restore({ paths: [{ folder: at(orders, 0).folder, filename }] })).toMatchObject({
      exit: 0,
      counts: { done: 1 },
    });
    await isAsBefore(0, filename);
  });

  test('twice is a success, and changes nothing', async () => {
    const disk = await shop.disk();
    const done = await shop.restore({
      ids: [await idOf('t.jpg')],
      paths: [{ folder: at(orders, 0).folder, filename: 't.jpg' }],
    });
    expect(done).toMatchObject({ exit: 0, counts: { done: 0, skipped: 2, failed: 0 } });
    expect(await shop.disk()).toEqual(disk);
  });

  test('what is restored is not taken again, and says why it stays', async () => {
    const done = await shop.run('unlink-trash');
    expect(heldBy(done)).toEqual({
      't.jpg': 'it was restored from the quarantine',
      'Trần 😀 "x".bin': 'it was restored from the quarantine',
    });
    await isAsBefore(0, 't.jpg');
  });

  test('a folder that is gone is made again', async () => {
    await rm(place(1), { recursive: true });
    expect(await shop.restore({ ids: [await idOf('v.tmp')] })).toMatchObject({ counts: { done: 1 } });
    await isAsBefore(1, 'v.tmp');
  });

  test('of two files of one name that were taken in two runs, the id says which; nothing is replaced', async () => {
    await writeFile(place(2, 'again.tmp'), 'the second');
    await utimes(place(2, 'again.tmp'), new Date(0), new Date(0));
    expect((await shop.run('unlink-trash')).counts.done).toBe(1);
    const [older = 0, newer = 0] = await idsOf('again.tmp');
    const unclear = await shop.restore({
      paths: [{ folder: at(orders, 2).folder, filename: 'again.tmp' }],
    });
    expect(unclear).toMatchObject({ exit: 3, counts: { done: 0 }, errors: [{ code: 'ambiguous' }] });
    expect(at(unclear.errors, 0).message).toContain(`(${older}, ${newer})`);

    expect(await shop.restore({ ids: [older] })).toMatchObject({ exit: 0, counts: { done: 1 } });
    await isAsBefore(2, 'again.tmp');
    const disk = await shop.disk();
    const other = await shop.restore({ ids: [newer] });
    expect(other).toMatchObject({ exit: 3, counts: { done: 0, held: 1 } });
    expect(heldBy(other)).toEqual({ 'again.tmp': 'its folder has a "again.tmp" again' });
    expect(await shop.disk()).toEqual(disk);
  });

  test('all that a run took and that still waits', async () => {
    expect(await shop.restore({ run: first.run })).toMatchObject({
      exit: 0,
      counts: { done: 3, held: 0, failed: 0 },
    });
    await isAsBefore(0, 'u.tmp');
    await isAsBefore(3, 'w.tmp');
    await isAsBefore(3, 'x.tmp');
  });

  test('a purge of everything takes what waits, and nothing that is back', async () => {
    expect(await shop.purge(0)).toMatchObject({ exit: 0, counts: { planned: 1, done: 1 } });
    for (const name of ['t.jpg', 'u.tmp', 'Trần 😀 "x".bin']) await isAsBefore(0, name);
    await isAsBefore(1, 'v.tmp');
    await isAsBefore(2, 'again.tmp');
    expect([...(await shop.disk()).keys()].filter((name) => name.startsWith('.orderbak-trash/'))).toEqual([]);
    const purged = await shop.world.ask((database) =>
      database.all('SELECT id FROM orderbak_deletion WHERE purged_ms IS NOT NULL'),
    );
    expect(purged.map((row) => Number(row.id))).toEqual([at(await idsOf('again.tmp'), 1)]);
  });

  test('what is purged, and what never was there, is said so', async () => {
    const done = await shop.restore({
      ids: [at(await idsOf('again.tmp'), 1), 987_654],
      paths: [{ folder: at(orders, 0).folder, filename: 'A.TXT' }],
    });
    expect(done).toMatchObject({ exit: 3, counts: { done: 0, failed: 3 } });
    expect(done.errors.map((error) => error.code)).toEqual(['purged', 'unknown', 'unknown']);
  });
});

test('a restored file proves nothing: where nothing known lies, the next piece of trash stays', async () => {
  const plan = { jobs: [{ image: 'known.jpg' }], trash: ['one.tmp', 'two.tmp'] };
  const { shop, orders } = await openShop('sqlite', [plan]);
  const folder = path.join(shop.world.root, at(orders, 0).folder);
  expect(
    (await shop.run('unlink-trash', { limit: 1, maxDelete: { kind: 'count', count: 1 } })).counts.done,
  ).toBe(1);
  await shop.restore({ run: 1 });
  await rm(path.join(folder, 'known.jpg'));
  const done = await shop.run('unlink-trash');
  expect(done.counts).toMatchObject({ planned: 0, held: 2 });
  expect(Object.values(heldBy(done))).toEqual(
    [1, 2].map(() => 'nothing that the database names is in this folder'),
  );
  await shop.close();
});

test('on a disk where a second name gets a number of its own, as over sshfs, or gives the file another: it is back', async () => {
  const plan = { jobs: [{ attach: KNOWN }], trash: ['one.tmp', 'two.tmp'] };
  const { shop, orders } = await openShop('sqlite', [plan]);
  const folder = path.join(shop.world.root, at(orders, 0).folder);
  for (const name of ['one.tmp', 'two.tmp']) await utimes(path.join(folder, name), 1e9, 1e9);
  const before = await shop.disk();
  await shop.run('unlink-trash', { maxDelete: { kind: 'count', count: 2 } });
  // A restore that was killed there has left this.
  await cp(
    path.join(shop.world.root, '.orderbak-trash/1', at(orders, 0).folder, 'one.tmp'),
    path.join(folder, 'one.tmp'),
    { preserveTimestamps: true },
  );
  const env = await otherDisk(
    shop.world.folder,
    'numbers',
    `const { copyFile, constants, stat, utimes } = fs;
     fs.link = async (from, to) => {
       await copyFile(from, to, constants.COPYFILE_EXCL);
       const { atime, mtime } = await stat(from);
       await utimes(to, atime, mtime);
     };`,
  );
  const restored = await start(shop.world, ['quarantine', 'restore', '--run', '1', '--json'], { env })
    .finished;
  expect(JSON.parse(restored.stdout).counts).toMatchObject({ done: 2, held: 0, failed: 0 });
  expect(await shop.changes(before)).toEqual([]);
  await shop.close();
});

test.for(['EPERM', 'EIO'])(
  'on a disk that knows no second names, and says %s: it is back, and nothing is replaced',
  async (code) => {
    const plan = { jobs: [{ attach: KNOWN }], trash: ['one.tmp', 'taken.tmp'], thumbs: ['one.tmp'] };
    const { shop, orders, before } = await openShop('sqlite', [plan]);
    const folder = path.join(shop.world.root, at(orders, 0).folder);
    await shop.run('unlink-trash', { maxDelete: { kind: 'count', count: 2 } });
    await writeFile(path.join(folder, 'taken.tmp'), 'anew');
    const env = await otherDisk(shop.world.folder, 'no-links', `fs.link = () => refused('${code}');`);
    const restored = await start(shop.world, ['quarantine', 'restore', '--run', '1', '--json'], { env })
      .finished;
    expect(restored.code).toBe(3);
    expect(restored.stderr).toContain('taken.tmp: its folder has a "taken.tmp" again\n');
    const { counts, held } = JSON.parse(restored.stdout);
    expect({ counts, held }).toMatchObject({
      counts: { done: 1, held: 1, failed: 0 },
      held: [{ reason: 'its folder has a "taken.tmp" again' }],
    });
    const disk = await shop.disk();
    for (const name of ['one.tmp', 'thumb/one.tmp']) {
      const file = `${at(orders, 0).folder}/${name}`;
      expect(disk.get(file)).toEqual(before.get(file));
    }
    expect(await readFile(path.join(folder, 'taken.tmp'), 'utf8')).toBe('anew');
    await shop.close();
  },
);
