import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { OrderPlan } from '../support/order-plan.js';
import { at, heldBy, openShop, type Shop } from './shop.js';

const ORDER: OrderPlan = {
  jobs: [{ image: 'm.txt', attach: ['a.txt', 'b.txt', 'c.txt'] }],
  trash: ['t.jpg', 'u.tmp'],
  thumbs: ['t.jpg'],
};
let shop: Shop;
let folder: string;
afterEach(() => shop.close());

async function open(): Promise<void> {
  const opened = await openShop('sqlite', [ORDER]);
  ({ shop } = opened);
  ({ folder } = at(opened.orders, 0));
}

const place = (...names: string[]) => path.join(shop.world.root, ...names);
const deletions = () =>
  shop.world.ask((database) => database.all('SELECT * FROM orderbak_deletion ORDER BY filename'));

test('a file that waits there already is not replaced; the new one stays where it is, and the others go', async () => {
  await open();
  await mkdir(place('.orderbak-trash/1', folder), { recursive: true });
  await writeFile(place('.orderbak-trash/1', folder, 'u.tmp'), 'of an older database');
  const done = await shop.run('unlink-trash');
  expect(done).toMatchObject({ exit: 0, run: 1, counts: { done: 1, held: 1 } });
  expect(heldBy(done)['u.tmp']).toContain('holds a file of that name already');
  expect(await readFile(place('.orderbak-trash/1', folder, 'u.tmp'), 'utf8')).toBe('of an older database');
  expect(existsSync(place(folder, 'u.tmp'))).toBe(true);
  expect((await deletions()).map((each) => each.filename)).toEqual(['t.jpg']);
});

test('a thumb that cannot follow its file stays; the file is written down as removed all the same', async () => {
  await open();
  await mkdir(place('.orderbak-trash/1', folder, 'thumb'), { recursive: true });
  await writeFile(place('.orderbak-trash/1', folder, 'thumb/t.jpg'), 'of an older database');
  const done = await shop.run('unlink-trash');
  expect(done).toMatchObject({ exit: 0, counts: { done: 2, held: 0 } });
  expect(existsSync(place('.orderbak-trash/1', folder, 't.jpg'))).toBe(true);
  expect(existsSync(place(folder, 'thumb/t.jpg'))).toBe(true);
  expect((await deletions()).map((each) => [each.filename, each.done_ms !== null])).toEqual([
    ['t.jpg', true],
    ['u.tmp', true],
  ]);
});

test('a thumb that the disk refuses to move is tried again by the next run', async () => {
  await open();
  await mkdir(place('.orderbak-trash/1', folder, 'thumb/t.jpg'), { recursive: true });
  const first = await shop.run('unlink-trash');
  expect(first).toMatchObject({ exit: 3, counts: { done: 1, failed: 1 } });
  expect(existsSync(place('.orderbak-trash/1', folder, 't.jpg'))).toBe(true);
  expect((await deletions()).map((each) => [each.filename, each.done_ms !== null])).toEqual([
    ['t.jpg', false],
    ['u.tmp', true],
  ]);

  await rm(place('.orderbak-trash/1', folder, 'thumb/t.jpg'), { recursive: true });
  expect(await shop.run('unlink-trash')).toMatchObject({ exit: 0, counts: { done: 0 } });
  expect(existsSync(place(folder, 'thumb/t.jpg'))).toBe(false);
  expect(existsSync(place('.orderbak-trash/1', folder, 'thumb/t.jpg'))).toBe(true);
  expect((await deletions()).map((each) => each.done_ms !== null)).toEqual([true, true]);
});

test.each(['.orderbak-trash', 'of the run', 'of the order'])(
  'a quarantine behind a link is none: %s',
  async (which) => {
    await open();
    const outside = path.join(shop.world.folder, 'outside');
    await mkdir(outside);
    const link = { '.orderbak-trash': [], 'of the run': ['1'], 'of the order': ['1', folder] }[which] ?? [];
    await mkdir(place('.orderbak-trash', ...link.slice(0, -1)), { recursive: link.length > 0 }).catch(
      () => {},
    );
    if (link.length === 0) await rm(place('.orderbak-trash'), { recursive: true });
    await symlink(outside, place('.orderbak-trash', ...link));
    const done = await shop.run('unlink-trash');
    expect(done).toMatchObject({ exit: 0, counts: { done: 0, held: 2 } });
    expect(Object.values(heldBy(done))).toEqual(
      [1, 2].map(() => expect.stringContaining('is a link or no folder')),
    );
    expect(await readdir(outside)).toEqual([]);
    expect(existsSync(place(folder, 'u.tmp'))).toBe(true);
    expect(await deletions()).toEqual([]);
  },
);

test('the purge follows no link either, and takes no folder for a file', async () => {
  await open();
  await shop.run('unlink-trash');
  const outside = path.join(shop.world.folder, 'outside');
  await rename(place('.orderbak-trash/1', folder), outside);
  await symlink(outside, place('.orderbak-trash/1', folder));
  const first = await shop.runWith({ ORDERBAK_TRASH_KEEP: '0d' }, 'unlink-trash');
  expect(first).toMatchObject({ ok: false, exit: 3, counts: { failed: 2 } });
  expect((await readdir(outside)).sort()).toEqual(['t.jpg', 'thumb', 'u.tmp']);
  expect((await deletions()).filter((each) => each.purged_ms !== null)).toEqual([]);

  await rm(place('.orderbak-trash/1', folder));
  await mkdir(place('.orderbak-trash/1', folder, 'u.tmp'), { recursive: true });
  const second = await shop.runWith({ ORDERBAK_TRASH_KEEP: '0d' }, 'unlink-trash');
  // The folder is in the way, and told; the file that somebody took out is simply gone.
  expect(second).toMatchObject({ exit: 3, counts: { failed: 1 } });
  expect((await deletions()).map((each) => each.purged_ms !== null)).toEqual([true, false]);
  expect(existsSync(place('.orderbak-trash/1', folder, 'u.tmp'))).toBe(true);
});

test('what the shop names by now is not deleted for good, nor anything of an order that is open again', async () => {
  await open();
  await shop.run('unlink-trash');
  const waits = (name: string) => existsSync(place('.orderbak-trash/1', folder, name));
  // An order that is reopened takes half of this shop's names away, which else is an alarm.
  const purge = () =>
    shop.runWith({ ORDERBAK_TRASH_KEEP: '0d' }, 'unlink-trash', { maxDelete: { kind: 'count', count: 9 } });
  const ask = (sql: string) => shop.world.ask((database) => database.run(sql));

  await ask('UPDATE tbl_order SET status = 4');
  expect(heldBy(await purge())).toMatchObject({
    't.jpg': expect.stringContaining('is not finished'),
    'u.tmp': expect.stringContaining('is not finished'),
  });
  await ask('UPDATE tbl_order SET status = 9');
  await ask("INSERT INTO tbl_job (id_order, image) SELECT id_order, 'U.TMP' FROM tbl_order");
  const done = await purge();
  expect(done).toMatchObject({ exit: 0, counts: { held: 1 } });
  expect(heldBy(done)['u.tmp']).toMatch(/order \d+ names it as main.*quarantine restore/);
  expect([waits('t.jpg'), waits('u.tmp')]).toEqual([false, true]);
  expect((await deletions()).map((each) => each.purged_ms !== null)).toEqual([true, false]);
});

test('what somebody brought back from there is not touched, until it is trash again', async () => {
  await open();
  await shop.run('unlink-trash');
  await rename(place('.orderbak-trash/1', folder, 'u.tmp'), place(folder, 'u.tmp'));
  await shop.world.ask((database) =>
    database.run('INSERT INTO tbl_job (id_order, image) SELECT id_order, ? FROM tbl_order', ['u.tmp']),
  );
  expect((await shop.runWith({ ORDERBAK_TRASH_KEEP: '0d' }, 'unlink-trash')).exit).toBe(0);
  expect(existsSync(place(folder, 'u.tmp'))).toBe(true);
  expect(existsSync(place('.orderbak-trash/1'))).toBe(false);
});

test.each(['m.txt', 'x/../m.txt', '../m.txt'])(
  'the purge deletes nothing outside of the quarantine: %s',
  async (name) => {
    await open();
    await shop.run('unlink-trash');
    const paths = [
      `${folder}/${name}`,
      `.orderbak-trash/1/../../${folder}/${name}`,
      `.orderbak-trash/${name}`,
    ];
    await shop.world.ask(async (database) => {
      for (const quarantine of paths) {
        await database.run(
          `INSERT INTO orderbak_deletion (run_id, rule, folder, filename, row_ids, size, thumb, quarantine, intended_ms, done_ms)
         VALUES (1, 'trash', ?, ?, '[]', 5, 'none', ?, 1, 1)`,
          [folder, name, quarantine],
        );
      }
    });
    const before = await shop.disk();
    await shop.run('unlink-trash', { only: [] });
    expect(await shop.changes(before)).toEqual([]);
  },
);

test('the purge behind a run that looks at some orders, or may not remove so many, deletes nothing', async () => {
  await open();
  expect((await shop.run('unlink-trash')).counts.done).toBe(2);
  await shop.world.ask((database) =>
    database.run('UPDATE orderbak_deletion SET done_ms = 1, intended_ms = 1'),
  );
  const [order] = await shop.world.ask((database) => database.all('SELECT id_order FROM tbl_order'));
  const only = [Number(order?.id_order)];
  expect(await shop.run('unlink-trash', { only })).toMatchObject({ exit: 0 });
  const stopped = await shop.runWith({ ORDERBAK_DELETE_MAX: '1' }, 'unlink-trash');
  expect(stopped).toMatchObject({ ok: false, exit: 5, errors: [{ code: 'ceiling' }] });
  expect((await deletions()).map((each) => each.purged_ms)).toEqual([null, null]);
  // A share is one of the files in order folders, which says nothing of those that wait.
  expect(await shop.runWith({ ORDERBAK_DELETE_MAX: '1%' }, 'unlink-trash')).toMatchObject({ exit: 0 });
  expect((await deletions()).filter((each) => each.purged_ms === null)).toEqual([]);
});

test('what had come there before a kill is remembered, though somebody has made a file of its name', async () => {
  await open();
  await mkdir(place('.orderbak-trash/77', folder), { recursive: true });
  await writeFile(place('.orderbak-trash/77', folder, 'Thumbs.db'), 'moved');
  await writeFile(place(folder, 'Thumbs.db'), 'another');
  await shop.world.ask((database) =>
    database.run(
      `INSERT INTO orderbak_deletion (run_id, rule, folder, filename, row_ids, size, thumb, quarantine, intended_ms)
       VALUES (77, 'trash', ?, 'Thumbs.db', '[]', 5, 'none: trash', ?, 1)`,
      [folder, `.orderbak-trash/77/${folder}/Thumbs.db`],
    ),
  );
  expect((await shop.run('unlink-trash')).exit).toBe(0);
  const row = (await deletions()).find((each) => each.filename === 'Thumbs.db');
  expect(row).toMatchObject({ done_ms: expect.any(Number), purged_ms: null });
  expect(await readFile(place(folder, 'Thumbs.db'), 'utf8')).toBe('another');
});
