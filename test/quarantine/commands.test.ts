import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { at, openShop, type Shop } from '../steps/shop.js';
import { ENGINES } from '../support/database.js';
import { askOrderbak } from '../support/kept-orderbak.js';
import type { PlantedOrder } from '../support/planting.js';
import type { Finished } from '../support/run.js';

const KNOWN = { attach: ['a.txt', 'b.txt', 'c.txt', 'd.txt'] };
const PLANS = [
  { jobs: [KNOWN], trash: ['t.jpg', 'u.tmp'], thumbs: ['t.jpg'] },
  { jobs: [KNOWN], trash: ['v\u2028w.tmp'] },
];
const WEEK_MS = 7 * 86_400_000;

interface Line {
  readonly id: number;
  readonly filename: string;
  readonly since: string;
  readonly until: string;
}

describe.for(ENGINES)('quarantine by hand on %s', (engine) => {
  let shop: Shop;
  let orders: PlantedOrder[];
  beforeAll(async () => {
    ({ shop, orders } = await openShop(engine, PLANS));
    await shop.run('insert');
    for (const only of orders.map((order) => [order.id])) await shop.run('unlink-trash', { only });
    // Somebody has taken this one out of the quarantine, and put another file in.
    await rm(room(2, 0, 'u.tmp'));
    await writeFile(room(2, 0, 'stranger.txt'), 'x');
  });
  afterAll(() => shop.close());

  const room = (run: number, order: number, ...names: string[]) =>
    path.join(shop.world.root, '.orderbak-trash', String(run), at(orders, order).folder, ...names);
  const quarantine = (...args: string[]): Promise<Finished> =>
    askOrderbak(shop.world, ['quarantine', ...args]);
  const lines = (stdout: string) =>
    stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);

  test('a run says that trash is put there, and that it is removed where it is not kept', async () => {
    const dry = async (keep: string) => {
      const env = { ORDERBAK_TRASH_KEEP: keep, ORDERBAK_TRASH_MIN_AGE: '0s' };
      const { stdout } = await askOrderbak(shop.world, ['unlink-trash', '-n', '-v'], { env });
      return stdout;
    };
    await writeFile(path.join(shop.world.root, at(orders, 0).folder, 'more.tmp'), 'x');
    expect(await dry('7d')).toMatch(
      /^ {2}to put into quarantine .*more\.tmp\n.* 1 file to put into quarantine /,
    );
    expect(await dry('0d')).toMatch(/^ {2}to remove .*more\.tmp\n.* 1 file to remove /);
    await rm(path.join(shop.world.root, at(orders, 0).folder, 'more.tmp'));
  });

  test('list: one object a line, in id order, with the time from which the purge may take it', async () => {
    const done = await quarantine('list');
    expect(done).toMatchObject({ code: 0, stderr: '' });
    const listed = lines(done.stdout);
    expect(listed).toEqual(
      [
        ['t.jpg', at(orders, 0).folder, expect.any(Number)],
        ['u.tmp', at(orders, 0).folder, null],
        ['v\u2028w.tmp', at(orders, 1).folder, expect.any(Number)],
      ].map(([filename, folder, size]) =>
        expect.objectContaining({ filename, folder, size, restoring: false }),
      ),
    );
    expect(listed.map((line) => line.id)).toEqual([...listed.map((line) => line.id)].sort((a, b) => a - b));
    for (const { since, until } of listed) expect(Date.parse(until) - Date.parse(since)).toBe(WEEK_MS);
  });

  test('list: one order, one run, one document, one table with what orderbak does not touch', async () => {
    const [order, run, json, table] = await Promise.all([
      quarantine('list', '--order', String(at(orders, 1).id)),
      quarantine('list', '--run', '2'),
      quarantine('list', '--json'),
      quarantine('list', '--format', 'table'),
    ]);
    expect(lines(order.stdout).map((line) => line.filename)).toEqual(['v\u2028w.tmp']);
    expect(lines(run.stdout).map((line) => line.filename)).toEqual(['t.jpg', 'u.tmp']);
    expect(JSON.parse(json.stdout)).toMatchObject({ ok: true, command: 'quarantine list', strangers: 1 });
    expect(table.stdout).toMatch(/^id +run +size +until +file\n/);
    expect(table.stdout).toMatch(/^ *\d+ +2 +missing +\d{4}-\d\d-\d\d \d\d:\d\d +\S+@.*\/[tu]\.\w+$/m);
    expect(table.stdout).not.toContain('\u2028');
    expect(table.stdout).toContain('\n3 files, ');
    expect(table.stdout).toContain('1 file lies there that orderbak did not put there');
    expect((await quarantine('list', '--order', '999999')).stdout).toBe('');
  });

  test('restore: by a path from below the root, by one in the quarantine, in a dry run first', async () => {
    const typed = room(2, 0, 't.jpg');
    const disk = await shop.disk();
    expect(await quarantine('restore', '--dry-run', typed)).toMatchObject({ code: 0 });
    expect(await shop.disk()).toEqual(disk);
    expect(await quarantine('restore', typed)).toEqual({ code: 0, signal: null, stdout: '', stderr: '' });
    expect(await shop.disk()).not.toEqual(disk);
    const again = await quarantine(
      'restore',
      path.join(shop.world.root, at(orders, 0).folder, 't.jpg'),
      '--json',
    );
    expect(JSON.parse(again.stdout)).toMatchObject({ ok: true, counts: { done: 0, skipped: 1 } });
  });

  test('purge: only what is old enough, by default and as it is told; never more than the ceiling', async () => {
    for (const args of [[], ['--older-than', '2 days']]) {
      const done = await quarantine('purge', '--json', ...args);
      expect(JSON.parse(done.stdout)).toMatchObject({ ok: true, counts: { planned: 0 } });
    }
    const refused = await quarantine('purge', '--all', '--max-delete', '40%', '--json');
    expect(refused.code).toBe(5);
    expect(JSON.parse(refused.stdout)).toMatchObject({
      counts: { planned: 2, done: 0 },
      errors: [{ code: 'ceiling' }],
    });
    const run = await quarantine('purge', '--run', '3', '--dry-run', '--json');
    expect(JSON.parse(run.stdout)).toMatchObject({ dryRun: true, counts: { planned: 1, done: 0 } });
    const all = await quarantine('purge', '--all', '--json');
    expect(JSON.parse(all.stdout)).toMatchObject({ ok: true, counts: { planned: 2, done: 2 } });
    const left = [...(await shop.disk()).entries()].filter(
      ([name, entry]) => name.startsWith('.orderbak-trash/') && entry.kind === 'file',
    );
    expect(left.map(([name]) => path.basename(name))).toEqual(['stranger.txt']);
    expect(await quarantine('list', '--format', 'table')).toMatchObject({
      stdout: expect.stringContaining('Nothing waits in the quarantine.\n1 file lies there'),
    });
  });

  test('restore of a run that took nothing, or whose files were purged since, says so', async () => {
    for (const [run, errors] of [
      [1, [{ path: 'run 1', code: 'unknown', message: expect.stringContaining('orderbak quarantine list') }]],
      [3, [{ path: 'run 3', code: 'purged', message: '1 of the 1 files that it took was purged since' }]],
    ] as const) {
      const done = await quarantine('restore', '--run', String(run), '--json');
      expect(done.code).toBe(3);
      expect(JSON.parse(done.stdout)).toMatchObject({ counts: { done: 0, failed: 1 }, errors });
    }
  });

  test('what means nothing, or too much: exit 2, and nothing happens', async () => {
    await mkdir(path.join(shop.world.folder, 'elsewhere'), { recursive: true });
    const wrong = [
      ['restore'],
      ['restore', '1', '--run', '2'],
      ['restore', '/etc/hostname'],
      ['restore', 'no-folder.jpg'],
      ['restore', '../../outside/x.jpg'],
      ['purge', '--all', '--run', '2'],
      ['purge', '--older-than', '3 months'],
      ['list', '--run', '0'],
      ['nonsense'],
    ];
    for (const args of wrong)
      expect(await quarantine(...args), args.join(' ')).toMatchObject({ code: 2, stdout: '' });
  });
});
