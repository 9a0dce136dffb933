import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { change, WATCHER } from '../steps/meanwhile.js';
import { at, heldBy, openShop, type Shop, type Summary } from '../steps/shop.js';
import type { PlantedOrder } from '../support/planting.js';
import { start } from '../support/run.js';
import { findStrace, underPause } from '../support/strace.js';

const PLAN = {
  jobs: [{ attach: ['a.txt', 'b.txt', 'c.txt', 'd.txt'] }],
  trash: ['t.jpg', 'u.tmp'],
  thumbs: ['t.jpg'],
};
let shop: Shop;
let order: PlantedOrder;
let outside: string;

beforeEach(async () => {
  const opened = await openShop('sqlite', [PLAN]);
  shop = opened.shop;
  order = at(opened.orders, 0);
  expect((await shop.run('unlink-trash')).counts.done).toBe(2);
  outside = path.join(shop.world.folder, 'outside');
  await mkdir(outside);
});
afterEach(() => shop.close());

const place = (...names: string[]) => path.join(shop.world.root, ...names);
const room = (...names: string[]) => place('.orderbak-trash/1', order.folder, ...names);
const waiting = async () =>
  (await shop.world.ask((database) => database.all('SELECT * FROM orderbak_restore'))).length;

test.each(['.orderbak-trash', 'of the run', 'of the order'])(
  'a quarantine behind a link is none: %s',
  async (which) => {
    const link = { 'of the run': '1', 'of the order': `1/${order.folder}` }[which] ?? '';
    await rename(place('.orderbak-trash', link), path.join(outside, 'moved'));
    await symlink(path.join(outside, 'moved'), place('.orderbak-trash', link));
    const before = await readdir(outside, { recursive: true });
    const done = await shop.restore({ run: 1 });
    expect(done).toMatchObject({ exit: 3, counts: { done: 0, held: 2 } });
    expect(Object.values(heldBy(done))).toEqual([1, 2].map(() => expect.stringContaining('is a link')));
    expect(await readdir(outside, { recursive: true })).toEqual(before);
    expect(existsSync(place(order.folder, 'u.tmp'))).toBe(false);
    expect(await waiting()).toBe(0);
  },
);

test.each(['link', 'pipe', 'folder', 'other file'])(
  'what lies in the quarantine in the place of the file is not brought back: %s',
  async (kind) => {
    await rm(room('u.tmp'));
    await writeFile(path.join(outside, 'secret'), 'not the file that was put there, nor one of its size');
    if (kind === 'link') await symlink(path.join(outside, 'secret'), room('u.tmp'));
    else if (kind === 'pipe') execFileSync('mkfifo', [room('u.tmp')]);
    else if (kind === 'folder') await mkdir(room('u.tmp'));
    else await writeFile(room('u.tmp'), 'not the file that was put there, nor one of its size');
    const done = await shop.restore({ run: 1 });
    expect(done).toMatchObject({ exit: 3, counts: { done: 1, held: 1, failed: 0 } });
    expect(Object.keys(heldBy(done))).toEqual(['u.tmp']);
    expect(existsSync(place(order.folder, 'u.tmp'))).toBe(false);
    expect(existsSync(place(order.folder, 't.jpg'))).toBe(true);
  },
);

test("nothing is put behind a link in the place of the order's folder", async () => {
  await rename(place(order.folder), path.join(outside, 'order'));
  await symlink(path.join(outside, 'order'), place(order.folder));
  const done = await shop.restore({ run: 1 });
  expect(done).toMatchObject({ exit: 3, counts: { done: 0, held: 2 } });
  expect((await readdir(path.join(outside, 'order'))).filter((name) => /^[tu]/.test(name))).toEqual([
    'thumb',
  ]);
  expect((await readdir(room())).sort()).toEqual(['t.jpg', 'thumb', 'u.tmp']);
});

test.each(['file', 'link to nowhere', 'folder'])(
  'nothing is replaced, whatever has the name by now: %s',
  async (kind) => {
    if (kind === 'file') await writeFile(place(order.folder, 'u.tmp'), 'new');
    else if (kind === 'folder') await mkdir(place(order.folder, 'u.tmp'));
    else await symlink('nowhere', place(order.folder, 'u.tmp'));
    const bytes = await readFile(room('u.tmp'));
    const disk = await shop.disk();
    const done = await shop.restore({ run: 1 });
    expect(done).toMatchObject({ exit: 3, counts: { done: 1, held: 1 } });
    expect(heldBy(done)['u.tmp']).toBe('its folder has a "u.tmp" again');
    expect(await readFile(room('u.tmp'))).toEqual(bytes);
    const name = `${order.folder}/u.tmp`;
    expect((await shop.disk()).get(name)).toEqual(disk.get(name));
  },
);

const strace = findStrace();

/** Restores under strace; right after each of these calls the process stands still until something may have happened. */
async function restoreWhile(calls: readonly string[], happens: () => Promise<void>): Promise<Summary> {
  const wrap = underPause(strace ?? '', calls);
  const { child, finished } = start(shop.world, ['quarantine', 'restore', '--run', '1', '--json'], { wrap });
  while (child.exitCode === null && child.signalCode === null) {
    await happens();
    child.kill('SIGCONT');
    await sleep(5);
  }
  return JSON.parse((await finished).stdout) as Summary;
}

test.skipIf(strace === undefined).for(['u.tmp', 'thumb/t.jpg'])(
  'a new file of the shop that takes the name the moment it is given back stays: %s',
  async (name) => {
    const upload = path.join(outside, 'upload');
    await writeFile(upload, 'new');
    const bytes = await readFile(room(name));
    const done = await restoreWhile(['link', 'linkat'], async () => {
      if (existsSync(upload) && existsSync(place(order.folder, name)))
        await rename(upload, place(order.folder, name));
    });
    expect(await readFile(place(order.folder, name), 'utf8')).toBe('new');
    expect(await readFile(room(name))).toEqual(bytes);
    const told = name === 'u.tmp' ? heldBy(done)['u.tmp'] : done.notes[0];
    expect(told).toMatch(/its folder has a "[ut]\.\w+" again$/);
    expect(done.counts).toMatchObject({ done: name === 'u.tmp' ? 1 : 2, failed: 0 });
  },
);

test.skipIf(strace === undefined)(
  'what comes to lie in the quarantine in the place of the file, at the last moment, is not brought back',
  async () => {
    const other = path.join(outside, 'other');
    await writeFile(other, 'other');
    await rename(place(order.folder), path.join(outside, 'order'));
    // The folder is made anew after the file was looked at.
    const done = await restoreWhile(['mkdir', 'mkdirat'], async () => {
      if (existsSync(other) && existsSync(place(order.folder))) await rename(other, room('t.jpg'));
    });
    expect(heldBy(done)['t.jpg']).toBe('it changed while it was being restored');
    expect(existsSync(place(order.folder, 't.jpg'))).toBe(false);
    expect(await readFile(room('t.jpg'), 'utf8')).toBe('other');
    expect(existsSync(place(order.folder, 'u.tmp'))).toBe(true);
  },
);

test('a thumb that cannot follow stays, and is told; the file is back', async () => {
  await rm(place(order.folder, 'thumb'), { recursive: true });
  await symlink(outside, place(order.folder, 'thumb'));
  const done = await shop.restore({ run: 1 });
  expect(done).toMatchObject({ exit: 0, counts: { done: 2, held: 0 } });
  expect(done.notes).toEqual([expect.stringMatching(/t\.jpg: its thumb stays in .*: "thumb" is a link/)]);
  expect(await readdir(outside)).toEqual([]);
  expect(existsSync(place(order.folder, 't.jpg'))).toBe(true);
  expect(existsSync(room('thumb/t.jpg'))).toBe(true);
});

test('records that lead out of the quarantine, or out of the root, move nothing', async () => {
  await writeFile(place('u.tmp'), 'in the root');
  const paths = [
    [`${order.folder}/a.txt`, order.folder],
    [`.orderbak-trash/1/../../${order.folder}/a.txt`, order.folder],
    [`.orderbak-trash/1/${order.folder}/u.tmp`, '../outside'],
    [`.orderbak-trash/1/${order.folder}/u.tmp`, `${order.folder}/../../outside`],
  ];
  await shop.world.ask(async (database) => {
    const [{ size } = { size: 0 }] = await database.all(
      "SELECT size FROM orderbak_deletion WHERE filename = 'u.tmp'",
    );
    for (const [quarantine = '', folder = ''] of paths)
      await database.run(
        `INSERT INTO orderbak_deletion (run_id, rule, folder, filename, row_ids, size, thumb, quarantine, intended_ms, done_ms)
         VALUES (9, 'trash', ?, 'z.tmp', '[]', ?, 'none', ?, 1, 1)`,
        [folder, Number(size), quarantine],
      );
  });
  const before = await shop.disk();
  const done = await shop.restore({ run: 9 });
  expect(done).toMatchObject({ exit: 3, counts: { done: 0, held: paths.length } });
  expect(await shop.disk()).toEqual(before);
  expect(await readdir(outside)).toEqual([]);
});

test.each(['restore', 'purge'] as const)(
  'a %s whose lease is taken over touches nothing more',
  async (which) => {
    const started = () =>
      change(shop, order, ({ sql }) => sql("UPDATE orderbak_lease SET token = 'another'"));
    const choices = { watcher: { ...WATCHER, started } };
    const before = await shop.disk();
    const done = await (which === 'restore'
      ? shop.restore({ run: 1 }, choices)
      : shop.purge(0, null, choices));
    expect(done).toMatchObject({ exit: 5, counts: { done: 0 }, errors: [{ code: 'lease-lost' }] });
    expect(await shop.disk()).toEqual(before);
  },
);

test('no restore while a purge runs: the files are the same', async () => {
  await shop.world.ask((database) =>
    database.run(
      `UPDATE orderbak_lease SET token = 'theirs', host = 'another-machine', pid = 4,
       expires_ms = (julianday('now') - 2440587.5) * 86400000 + 50000 WHERE name = 'purge-trash'`,
    ),
  );
  await expect(shop.restore({ run: 1 })).rejects.toMatchObject({
    exit: 11,
    message: expect.stringContaining('process 4 on another-machine'),
  });
  expect(await waiting()).toBe(0);
});
