import { rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { at, openShop, type Shop } from './steps/shop.js';
import { daysAgo } from './support/clock.js';
import { ENGINES } from './support/database.js';
import { askOrderbak } from './support/kept-orderbak.js';
import { type OrderPlan, unreadable } from './support/order-plan.js';
import type { PlantedOrder } from './support/planting.js';

const PLANS: Record<string, OrderPlan> = {
  done: {
    jobs: [
      { image: 'gone.txt', attach: ['copied.txt', 'changed.txt', 'waits.txt', 'lost.txt', 'hopeful.txt'] },
    ],
    discusses: [['chat.txt'], ['talk.txt']],
    trash: ['waiting.tmp', 'purged.tmp', 'back.tmp', 'half.tmp'],
  },
  reopened: { jobs: [{ image: 'open.txt' }], status: 3 },
  young: { jobs: [{ image: 'young.txt' }], doneTime: daysAgo(20) },
  broken: { jobs: [{ image: 'b.txt' }, { attach: unreadable(['x.txt']) }], trash: ['odd.tmp'] },
  unrecorded: { jobs: [{ image: 'unrecorded.txt' }] },
  forgotten: { jobs: [{ image: 'stray.txt' }] },
};
const NAMES = Object.keys(PLANS);

interface Told {
  readonly status: string;
  readonly reason: string;
  readonly next: string | null;
}

describe.for(ENGINES)('why on %s', (engine) => {
  let shop: Shop;
  let orders: PlantedOrder[];

  const orderOf = (name: string) => at(orders, NAMES.indexOf(name));
  const place = (order: string, name: string) => path.join(shop.world.root, orderOf(order).folder, name);
  const ask = (asked: string): Promise<Told> => shop.app.why(asked, '/');
  const why = (order: string, name: string) => ask(`${orderOf(order).folder}/${name}`);
  const sql = (text: string, ...values: (string | number)[]) =>
    shop.world.ask((database) => database.run(text, values));
  const idOf = async (name: string) => {
    const row = (await shop.rows()).find((each) => each.name === name);
    if (row === undefined) throw new Error(`no row for ${name}`);
    return row.id;
  };

  beforeAll(async () => {
    const opened = await openShop(engine, Object.values(PLANS));
    ({ shop, orders } = opened);
    const { id: unrecorded } = orderOf('unrecorded');
    await shop.run('insert', { only: orders.map(({ id }) => id).filter((id) => id !== unrecorded) });
    const done = [orderOf('done').id];
    await shop.run('unlink-trash', { only: done, maxDelete: { kind: 'count', count: 9 } });
    await spoilRecords();
    await shop.backUp((name) => name === 'gone.txt');
    await shop.run('unlink-backed-up', { only: done });
    await rename(place('done', 'talk.txt'), `${shop.world.root}-talk.txt`);
    await shop.run('unlink-discuss', { only: done });
    await rename(`${shop.world.root}-talk.txt`, place('done', 'talk.txt'));
    await shop.backUp((name) => ['copied.txt', 'changed.txt', 'b.txt'].includes(name));
    await sql(
      'UPDATE tbl_bak_order SET bak_date_time = ? WHERE filename = ?',
      '2026-01-01 00:00:00',
      'hopeful.txt',
    );
    await writeFile(place('done', 'changed.txt'), 'other bytes');
    await rm(place('done', 'lost.txt'));
    for (const name of ['new.tmp', 'young.tmp']) await writeFile(place('done', name), 'x');
    await utimes(place('done', 'new.tmp'), new Date(0), new Date(0));
    await symlink('/etc/hostname', place('done', 'link.tmp'));
    await sql('DELETE FROM tbl_order WHERE id_order = ?', orderOf('forgotten').id);
  });
  afterAll(() => shop.close());

  /** Of what was trash: one purged, one brought back, one removal not told to its end. */
  async function spoilRecords(): Promise<void> {
    const trashed = await shop.world.ask((database) =>
      database.all('SELECT id, filename FROM orderbak_deletion'),
    );
    const id = (name: string) => Number(trashed.find((row) => row.filename === name)?.id);
    await sql('UPDATE orderbak_deletion SET done_ms = 1 WHERE id = ?', id('purged.tmp'));
    await shop.purge(86_400_000);
    await shop.restore({ ids: [id('back.tmp')] });
    await sql('UPDATE orderbak_deletion SET done_ms = NULL WHERE id = ?', id('half.tmp'));
  }

  test('gone: by which step, by which rule, and where it waits', async () => {
    expect(await why('done', 'gone.txt')).toMatchObject({
      status: 'gone',
      reason: 'the office holds it',
      next: null,
      removal: { step: 'unlink-backed-up', rule: 'backed-up' },
    });
    expect(await why('done', 'chat.txt')).toMatchObject({
      status: 'gone',
      reason: 'it was of a discussion',
      removal: { step: 'unlink-discuss', thumb: 'not-picture' },
    });
    const waiting = await shop.app.why(`${orderOf('done').folder}/waiting.tmp`, '/');
    expect(waiting).toMatchObject({ status: 'gone', removal: { step: 'unlink-trash', purged: null } });
    expect(waiting.next).toBe(`orderbak quarantine restore ${waiting.removal?.id}`);
    expect(await why('done', 'purged.tmp')).toMatchObject({
      status: 'gone',
      next: null,
      removal: { purged: expect.any(Number) },
    });
    expect(await why('done', 'half.tmp')).toMatchObject({
      status: 'gone',
      next: 'orderbak unlink-trash',
      removal: { done: null },
    });
  });

  test('due: the next run of its step takes it', async () => {
    const takes = (step: string) => ({
      status: 'due',
      reason: expect.stringContaining(`the next ${step} takes it`),
      next: `orderbak ${step} --dry-run --verbose`,
    });
    expect(await why('done', 'copied.txt')).toMatchObject(takes('unlink-backed-up'));
    const { id } = orderOf('done');
    expect(await why('done', 'talk.txt')).toMatchObject({
      status: 'due',
      reason: expect.stringMatching(/^unlink-discuss takes it within a month: .* is there again/),
      next: `orderbak unlink-discuss --order ${id}`,
    });
    expect(await why('done', 'new.tmp')).toMatchObject(takes('unlink-trash'));
  });

  test('kept: no step wants it yet', async () => {
    const kept = (words: string, next: string | null = null) => ({
      status: 'kept',
      reason: expect.stringContaining(words),
      next,
    });
    const pull = 'orderbak pull (on the machine in the office)';
    expect(await why('reopened', 'open.txt')).toMatchObject(
      kept(`order ${orderOf('reopened').id} is not finished (status 3)`),
    );
    expect(await why('young', 'young.txt')).toMatchObject(kept('after the limit'));
    expect(await why('done', 'waits.txt')).toMatchObject(kept('it is not backed up yet', pull));
    expect(await why('unrecorded', 'unrecorded.txt')).toMatchObject(kept('which is not recorded yet'));
    expect(await why('done', 'back.tmp')).toMatchObject({ status: 'kept' });
  });

  test('held: a step wants it, and a guard says no', async () => {
    const held = (words: string) => ({ status: 'held', reason: expect.stringContaining(words) });
    expect(await why('broken', 'b.txt')).toMatchObject(held('cannot be read'));
    expect(await why('broken', 'odd.tmp')).toMatchObject(held('cannot be read'));
    expect(await why('done', 'changed.txt')).toMatchObject(held('it changed after it was backed up'));
    expect(await why('done', 'hopeful.txt')).toMatchObject({
      ...held('marked without a receipt'),
      next: `orderbak mark-backed-up ${await idOf('hopeful.txt')}`,
    });
    expect(await why('done', 'link.tmp')).toMatchObject(held('is a link'));
    expect(await why('forgotten', 'stray.txt')).toMatchObject(
      held(`the shop no longer knows order ${orderOf('forgotten').id}`),
    );
  });

  test('missing and never seen: orderbak did not remove it, or nobody has heard of it', async () => {
    expect(await why('done', 'lost.txt')).toMatchObject({ status: 'missing' });
    expect(await why('done', 'never.jpg')).toMatchObject({ status: 'unknown' });
    expect(await ask('123@nobody/never.jpg')).toMatchObject({ status: 'unknown' });
    expect(await ask('987654')).toMatchObject({ status: 'unknown', account: null });
  });

  test('what it says of the future comes true: the steps do what was told, and no more', async () => {
    const told = new Map<string, string>();
    const names = [...(await shop.disk())].flatMap(([name, entry]) =>
      entry.kind === 'file' && /^[^.][^/]*\/[^/]+$/.test(name) ? [name] : [],
    );
    for (const name of names) told.set(name, (await ask(name)).status);
    const maxDelete = { kind: 'count', count: 99 } as const;
    for (const step of ['unlink-discuss', 'unlink-trash', 'unlink-backed-up'] as const)
      await shop.run(step, { maxDelete });
    const after = await shop.disk();
    expect(names.filter((name) => !after.has(name))).toEqual(
      names.filter((name) => told.get(name) === 'due'),
    );
  });

  test('by hand: by row, by path, from within the folder; the answer comes first; exit 1 for what nobody knows', async () => {
    const before = await shop.disk();
    const gone = String(await idOf('gone.txt'));
    const [text, json, unknown, within] = await Promise.all([
      askOrderbak(shop.world, ['why', gone]),
      askOrderbak(shop.world, ['why', gone, place('young', 'young.txt'), '--json']),
      askOrderbak(shop.world, ['why', gone, '123@nobody/never.jpg']),
      askOrderbak(shop.world, ['why', 'young.txt'], { cwd: place('young', '') }),
    ]);
    expect(text).toMatchObject({ code: 0, stderr: '' });
    expect(text.stdout).toMatch(
      /^gone: removed \d{4}-\d\d-\d\d \d\d:\d\d:\d\d by unlink-backed-up \(run \d+\): the office holds it\n/,
    );
    expect(text.stdout).toContain(`order ${orderOf('done').id} (status 9, `);
    expect(json.code).toBe(0);
    expect(JSON.parse(json.stdout)).toMatchObject({
      ok: true,
      command: 'why',
      files: [
        {
          asked: gone,
          status: 'gone',
          records: [{ file_type: 'main' }],
          removals: [{ thumb: 'not-picture' }],
        },
        { status: 'kept', disk: { fault: null } },
      ],
    });
    expect(unknown).toMatchObject({ code: 1, stderr: '' });
    expect(unknown.stdout).toContain('\nnever seen: neither the disk nor any record knows it\n');
    expect(within.stdout).toContain('kept: ');
    expect(await shop.disk()).toEqual(before);
  });

  test('by hand: which list of the shop cannot be read, and what to type with the configuration that was typed', async () => {
    const config = path.join(shop.world.folder, 'a file.toml');
    await writeFile(config, '');
    const ids = [await idOf('b.txt'), await idOf('hopeful.txt')].map(String);
    const { stdout } = await askOrderbak(shop.world, ['why', ...ids, '--config', config]);
    const broken = orderOf('broken').id;
    expect(stdout).toMatch(
      new RegExp(`^  list +tbl_job\\.attach of row \\d+ \\(order ${broken}\\) cannot be read`, 'm'),
    );
    expect(stdout).toMatch(
      new RegExp(`^  next +orderbak mark-backed-up ${ids[1]} --config "${config}"$`, 'm'),
    );
    // Nor is a list named where all of them can be read.
    expect(stdout.match(/^ {2}list /gm)).toHaveLength(1);
    const { stdout: json } = await askOrderbak(shop.world, ['why', ...ids, '--json']);
    const [unreadable, readable] = JSON.parse(json).files;
    expect(unreadable).toMatchObject({
      orders: [{ id: broken, unreadable: true }],
      lists: [{ id_order: broken, origin: 'tbl_job.attach', row: expect.any(Number) }],
      disk: { written: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) },
    });
    expect(readable).toMatchObject({ orders: [{ unreadable: false }], lists: [] });
  });

  test('what can be no file of an order: exit 2; a root that is away: 75', async () => {
    for (const asked of ['/etc/hostname', 'name.jpg', '../../x/y.jpg'])
      expect(await askOrderbak(shop.world, ['why', asked]), asked).toMatchObject({ code: 2, stdout: '' });
    await rename(shop.world.root, `${shop.world.root}-away`);
    expect(await askOrderbak(shop.world, ['why', '1'])).toMatchObject({ code: 75, stdout: '' });
    await rename(`${shop.world.root}-away`, shop.world.root);
  });
});
