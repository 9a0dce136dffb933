import { execFileSync } from 'node:child_process';
import { mkdir, readdir, rename, symlink, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { daysAgo } from '../support/clock.js';
import { ENGINES } from '../support/database.js';
import { type OrderPlan, unreadable } from '../support/order-plan.js';
import type { PlantedOrder } from '../support/planting.js';
import { at, heldBy, openShop, type Shop, type Summary } from './shop.js';

const NFC = 'phòng.jpg'.normalize('NFC');
const NFD = 'phòng.jpg'.normalize('NFD');
const KNOWN = { jobs: [{ image: 'main.jpg', attach: ['a.txt', 'b.txt', 'c.txt'] }] };
const shared = (day: number) => ({ user: 'studio', createTime: daysAgo(170 + day) });

const PLANS: Record<string, OrderPlan> = {
  plain: {
    ...KNOWN,
    discusses: [['chat.jpg']],
    trash: ['t.jpg', 'note.txt', '.DS_Store', '-rf.tmp', 'Trần 😀.bin'],
    youngTrash: ['young.jpg'],
    thumbs: ['t.jpg', 'main.jpg', 'orphan.jpg'],
    aside: ['psd/layers.psd', 'psd/deep/er.txt'],
  },
  reopened: { ...KNOWN, trash: ['of-reopened.tmp'], status: 4 },
  young: { ...KNOWN, trash: ['of-young.tmp'], doneTime: daysAgo(30) },
  unreadable: { jobs: [...KNOWN.jobs, { attach: unreadable(['x.jpg']) }], trash: ['of-unreadable.tmp'] },
  // The finished order with the higher number brings the folder; the other one keeps it.
  openOne: { ...shared(1), ...KNOWN, status: 4 },
  openTwo: { ...shared(1), trash: ['shared-with-open.tmp'] },
  youngOne: { ...shared(2), ...KNOWN },
  youngTwo: { ...shared(2), doneTime: daysAgo(30), trash: ['shared-with-young.tmp'] },
  brokenOne: { ...shared(3), ...KNOWN },
  brokenTwo: { ...shared(3), jobs: [{ attach: unreadable(['x.jpg']) }], trash: ['shared-with-broken.tmp'] },
  doneOne: { ...shared(4), ...KNOWN, trash: ['shared-with-done.tmp'] },
  doneTwo: { ...shared(4), jobs: [{ image: 'of-the-other.jpg' }] },
  nothingKnown: {
    jobs: [{ image: 'not-there.jpg' }],
    missing: ['not-there.jpg'],
    trash: ['all-unknown.jpg'],
  },
  twins: {
    jobs: [{ image: 'Main.jpg', attach: [NFC, 'straße.png', 'a.txt', 'b.txt', 'c.txt', 'd.txt', 'e.txt'] }],
    trash: ['MAIN.JPG', NFD, 'STRASSE.png', 'really.tmp'],
  },
  paths: { jobs: [{ image: 'uploads/x/with-path.jpg', attach: ['a.txt', 'b.txt'] }], trash: ['no-path.tmp'] },
  strange: { ...KNOWN },
  linkedThumbs: { ...KNOWN, trash: ['thumb-is-a-link.tmp'] },
  linkedFolder: { ...KNOWN, trash: ['behind-a-link.tmp'] },
  noFolder: { ...KNOWN, missing: 'all' },
};
const NAMES = Object.keys(PLANS);
const REMOVED = {
  plain: ['t.jpg', 'note.txt', '.DS_Store', '-rf.tmp', 'Trần 😀.bin'],
  doneOne: ['shared-with-done.tmp'],
  twins: ['really.tmp'],
  paths: ['no-path.tmp'],
};

describe.for(ENGINES)('unlink-trash on %s', (engine) => {
  let shop: Shop;
  let orders: PlantedOrder[];
  let summary: Summary;
  let before: Awaited<ReturnType<Shop['disk']>>;
  let after: Awaited<ReturnType<Shop['disk']>>;

  const orderOf = (name: string) => at(orders, NAMES.indexOf(name));
  const place = (name: string, file = '') => path.join(shop.world.root, orderOf(name).folder, file);

  beforeAll(async () => {
    ({ shop, orders } = await openShop(engine, Object.values(PLANS)));
    await shop.run('insert');
    await spoilDisk();
    before = await shop.disk();
    summary = await shop.run('unlink-trash');
    after = await shop.disk();
  });
  afterAll(() => shop.close());

  async function spoilDisk(): Promise<void> {
    const outside = path.join(shop.world.folder, 'outside');
    await mkdir(outside);
    // The name that a list has with a path lies flat in the folder.
    await writeFile(place('paths', 'with-path.jpg'), 'main photo');
    await symlink('/etc/hostname', place('strange', 'link.tmp'));
    execFileSync('mkfifo', [place('strange', 'pipe.tmp')]);
    for (const name of ['line\nbreak.tmp', '.orderbak-of-somebody.tmp', 'future.tmp'])
      await writeFile(place('strange', name), 'x');
    const long = new Date(Date.now() + 30 * 86_400_000);
    await utimes(place('strange', 'future.tmp'), long, long);
    for (const name of ['line\nbreak.tmp', '.orderbak-of-somebody.tmp'])
      await utimes(place('strange', name), new Date(0), new Date(0));
    await symlink(outside, place('linkedThumbs', 'thumb'));
    await rename(place('linkedFolder'), path.join(outside, 'order'));
    await symlink(path.join(outside, 'order'), place('linkedFolder'));
    await writeFile(path.join(shop.world.root, 'in-the-root.tmp'), 'x');
    await mkdir(path.join(shop.world.root, 'no-order'));
    await writeFile(path.join(shop.world.root, 'no-order/x.tmp'), 'x');
  }

  test('only unknown, old, flat files of finished folders are gone, with their thumbs', async () => {
    const gone = Object.entries(REMOVED).flatMap(([name, files]) =>
      files.map((file) => `gone: ${orderOf(name).folder}/${file}`),
    );
    const changes = (await shop.changes(before)).sort();
    expect(changes).toEqual([...gone, `gone: ${orderOf('plain').folder}/thumb/t.jpg`].sort());
  });

  test('they are in the quarantine, byte for byte, in the folder of their order', () => {
    const waiting = [...after].filter(
      ([name, entry]) => name.startsWith('.orderbak-trash/') && entry.kind === 'file',
    );
    const expected = Object.entries(REMOVED).flatMap(([name, files]) =>
      files.map((file) => `${orderOf(name).folder}/${file}`),
    );
    expected.push(`${orderOf('plain').folder}/thumb/t.jpg`);
    const run = String(summary.run);
    expect(waiting.map(([name]) => name).sort()).toEqual(
      expected.map((name) => `.orderbak-trash/${run}/${name}`).sort(),
    );
    for (const [name, entry] of waiting)
      expect(entry).toEqual(before.get(name.split('/').slice(2).join('/')));
  });

  test('what is left is named with the reason', () => {
    const twin = expect.stringContaining('only by case or Unicode form');
    expect(heldBy(summary)).toEqual({
      'young.jpg': expect.stringContaining('too young'),
      'of-unreadable.tmp': expect.stringContaining('cannot be read'),
      // A photo of the order, if its list could be read.
      'x.jpg': expect.stringContaining('cannot be read'),
      'shared-with-open.tmp': expect.stringContaining('is not finished'),
      'shared-with-young.tmp': expect.stringContaining('after the limit'),
      'shared-with-broken.tmp': expect.stringContaining('cannot be read'),
      'all-unknown.jpg': expect.stringContaining('nothing that the database names'),
      'MAIN.JPG': twin,
      [NFD]: twin,
      'STRASSE.png': twin,
      'link.tmp': expect.stringContaining('not a regular file'),
      'pipe.tmp': expect.stringContaining('not a regular file'),
      'line\nbreak.tmp': expect.stringContaining('not plain text'),
      '.orderbak-of-somebody.tmp': expect.stringContaining('not plain text'),
      'future.tmp': expect.stringContaining('too young'),
      thumb: expect.stringContaining('not a regular file'),
      'thumb-is-a-link.tmp': expect.stringContaining('"thumb" is a link'),
      [orderOf('linkedFolder').folder]: expect.stringContaining('is a link or no folder'),
    });
    expect(summary).toMatchObject({
      exit: 0,
      counts: { planned: 9, done: 8, held: 19, skipped: 0, failed: 0 },
    });
  });

  test('each removal is written down, and nothing of it is left open', async () => {
    const deletions = await shop.world.ask((database) => database.all('SELECT * FROM orderbak_deletion'));
    expect(deletions.map((each) => each.filename).sort()).toEqual(Object.values(REMOVED).flat().sort());
    for (const each of deletions) {
      expect(each).toMatchObject({ rule: 'trash', run_id: summary.run, row_ids: '[]', purged_ms: null });
      expect(each.quarantine).toBe(
        `.orderbak-trash/${summary.run}/${String(each.folder)}/${String(each.filename)}`,
      );
      expect(each.done_ms).not.toBeNull();
    }
  });

  test('a second run has nothing to do', async () => {
    expect(await shop.run('unlink-trash')).toMatchObject({
      exit: 0,
      counts: { planned: 1, done: 0, held: 19 },
    });
    expect([...(await shop.disk()).keys()]).toEqual([...after.keys()]);
  });

  test('the quarantine is emptied after its time, and only of what orderbak put there', async () => {
    const ours = path.join(shop.world.root, '.orderbak-trash', String(summary.run), orderOf('plain').folder);
    await writeFile(path.join(ours, 'somebody-put-it-here.txt'), 'x');
    await shop.runWith({ ORDERBAK_TRASH_KEEP: '1h' }, 'unlink-trash');
    expect(await readdir(ours)).toContain('t.jpg');
    expect((await shop.runWith({ ORDERBAK_TRASH_KEEP: '1ms' }, 'unlink-trash')).exit).toBe(0);
    const left = (await readdir(path.join(shop.world.root, '.orderbak-trash'), { recursive: true })).sort();
    const run = String(summary.run);
    expect(left).toEqual([
      run,
      `${run}/${orderOf('plain').folder}`,
      `${run}/${orderOf('plain').folder}/somebody-put-it-here.txt`,
    ]);
    const open = await shop.world.ask((database) =>
      database.all('SELECT * FROM orderbak_deletion WHERE purged_ms IS NULL'),
    );
    expect(open).toEqual([]);
    expect(await shop.changes(after)).toEqual([]);
  });

  test('a name that is no UTF-8 is kept, and the next file goes', async () => {
    const bytes = Buffer.concat([Buffer.from(place('strange', 'caf')), Buffer.from([0xe9, 0x2e, 0x74])]);
    await writeFile(bytes, 'x');
    await utimes(bytes, new Date(0), new Date(0));
    await writeFile(place('strange', 'zzz.tmp'), 'x');
    await utimes(place('strange', 'zzz.tmp'), new Date(0), new Date(0));
    const only = [orderOf('strange').id];
    const done = await shop.run('unlink-trash', { only, maxDelete: { kind: 'count', count: 1 } });
    expect(done).toMatchObject({ exit: 0, counts: { planned: 1, done: 1 } });
    expect(heldBy(done)['caf\uFFFD.t']).toContain('not plain text');
    const names = (await readdir(place('strange'), { encoding: 'buffer' })).map((name) =>
      name.toString('latin1'),
    );
    expect(names).toContain('caf\u00e9.t');
    expect(names).not.toContain('zzz.tmp');
  });
});
