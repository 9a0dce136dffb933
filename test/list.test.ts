import { stat } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BakRow, readBakRows } from './support/bak-rows.js';
import { ENGINES } from './support/database.js';
import { askOrderbak } from './support/kept-orderbak.js';
import { start } from './support/run.js';
import { createWorld, type World } from './support/worlds.js';

const WORDS = ['', 'main', 'ref', 'complete', 'rework'] as const;
const ODD = ['ánh "1".jpg', `it's #%&.jpg`, '🏠 a\u2028b.png', 'tab\\slash.txt'];

interface Line {
  readonly id: number;
  readonly id_order: number;
  readonly folder: string;
  readonly filename: string;
  readonly file_type: string;
  readonly size: number | null;
}

function linesOf(stdout: string): Line[] {
  expect(stdout.endsWith('\n')).toBe(true);
  return stdout
    .slice(0, -1)
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
}

describe.for(ENGINES)('list on %s', (engine) => {
  let world: World;
  let rows: BakRow[];
  beforeAll(async () => {
    world = await createWorld(engine, { pictures: 'small' });
    await world.addOrders([
      {
        jobs: [
          {
            image: 'main.jpg',
            attach: ['ref.png', 'gone.pdf'],
            complete: ['final.webp'],
            reworks: [{ attach: ['again.gif'], complete: ['again final.jpg'] }],
          },
        ],
        discusses: [['chat.jpg']],
        missing: ['gone.pdf'],
      },
      { user: 'Ánh', jobs: [{ image: 'other.jpg', attach: ODD }] },
      { jobs: [{ image: 'nowhere.jpg' }], missing: 'all' },
    ]);
    for (const command of ['migrate', 'insert']) {
      expect(await askOrderbak(world, [command])).toMatchObject({ code: 0, stderr: '' });
    }
    rows = (await world.ask(readBakRows)).filter((row) => row.type !== 5);
  });
  afterAll(() => world.remove());

  async function expectedOf(row: BakRow): Promise<Line> {
    const folder = world.orders.find((order) => order.id === row.order)?.folder ?? '';
    const size = await stat(path.join(world.root, folder, row.name)).then(
      (stats) => stats.size,
      () => null,
    );
    const word = WORDS[row.type] ?? '';
    return { id: row.id, id_order: row.order, folder, filename: row.name, file_type: word, size };
  }

  async function list(...args: string[]): Promise<Line[]> {
    const finished = await askOrderbak(world, ['list', ...args]);
    expect(finished).toMatchObject({ code: 0, signal: null, stderr: '' });
    return linesOf(finished.stdout);
  }

  test('says six things of each waiting file, in id order, and no size of a missing one', async () => {
    const lines = await list('--format', 'ndjson');
    expect(lines).toEqual(await Promise.all(rows.map(expectedOf)));
    const fields = ['id', 'id_order', 'folder', 'filename', 'file_type', 'size'];
    for (const line of lines) expect(Object.keys(line)).toEqual(fields);
    expect(lines.map(({ id }) => id)).toEqual(lines.map(({ id }) => id).sort((a, b) => a - b));
    expect(lines.find(({ filename }) => filename === 'gone.pdf')).toMatchObject({
      file_type: 'ref',
      size: null,
    });
    // Off a terminal that is what it says without being asked.
    expect(await list()).toEqual(lines);
  });

  test('--type and --order choose', async () => {
    const typesOf = (lines: Line[]) => [...new Set(lines.map(({ file_type }) => file_type))].sort();
    expect(typesOf(await list('--type', 'main,ref'))).toEqual(['main', 'ref']);
    expect(typesOf(await list('--type', 'main', '--type=ref'))).toEqual(['main', 'ref']);
    expect(typesOf(await list('--type', 'main', 'ref'))).toEqual(['main', 'ref']);
    expect((await list('--type', 'rework')).map(({ filename }) => filename)).toEqual(['again.gif']);
    const [first, , third] = world.orders;
    const ids = [first?.id, third?.id];
    const chosen = await list('--order', ...ids.map(String), '--type', 'main,complete');
    expect(chosen.map(({ filename }) => filename).sort()).toEqual(
      ['again final.jpg', 'final.webp', 'main.jpg', 'nowhere.jpg'].sort(),
    );
    expect(new Set(chosen.map(({ id_order }) => id_order))).toEqual(new Set(ids));
    expect(await list('--order', `${first?.id},${third?.id}`, '--type', 'main,complete')).toEqual(chosen);
  });

  test('leaves out what is backed up or unlinked', async () => {
    const [marked, unlinked] = rows;
    const restore = 'UPDATE tbl_bak_order SET bak_date_time = NULL, unlink_time = NULL';
    await world.ask(async (database) => {
      const set = (column: string) =>
        `UPDATE tbl_bak_order SET ${column} = '2026-01-01 00:00:00' WHERE id = ?`;
      await database.run(set('bak_date_time'), [marked?.id ?? 0]);
      await database.run(set('unlink_time'), [unlinked?.id ?? 0]);
    });
    expect((await list()).map(({ id }) => id)).toEqual(rows.slice(2).map(({ id }) => id));
    await world.ask((database) => database.run(restore));
  });

  // The rest has nothing to do with the database.
  if (engine !== 'sqlite') return;

  test('--json is one document, also of nothing', async () => {
    const finished = await askOrderbak(world, ['list', '--json']);
    expect(JSON.parse(finished.stdout)).toEqual({
      ok: true,
      command: 'list',
      files: await Promise.all(rows.map(expectedOf)),
    });
    const none = await askOrderbak(world, ['list', '--json', '--order', '999999']);
    expect(none).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(none.stdout)).toEqual({ ok: true, command: 'list', files: [] });
    expect(await askOrderbak(world, ['list', '--order', '999999'])).toMatchObject({ code: 0, stdout: '' });
  });

  test('--format table is for people: every file, no control character, the sum at the end', async () => {
    const { code, stdout } = await askOrderbak(world, ['list', '--format', 'table']);
    expect(code).toBe(0);
    for (const { name } of rows.filter((row) => !row.name.includes('\u2028'))) expect(stdout).toContain(name);
    expect(stdout).not.toContain('\u2028');
    expect(stdout).toContain('missing');
    expect(stdout.trimEnd().split('\n').at(-1)).toMatch(new RegExp(`^${rows.length} files, [\\d.]+ kB$`));
  });

  test('a reader that has seen enough may go', async () => {
    const { child, finished } = start(world, ['list']);
    child.stdout?.destroy();
    expect(await finished).toMatchObject({ code: 0, stderr: '' });
  });

  test('options that are none: exit 2', async () => {
    const wrong = [
      ['--type', 'discuss'],
      ['--type', 'main,'],
      ['--order', '0'],
      ['--order', '1; DROP TABLE tbl_order'],
      ['--format', 'xml'],
      ['--nonsense'],
      ['surplus'],
    ];
    const finished = await Promise.all(wrong.map((args) => askOrderbak(world, ['list', ...args])));
    for (const [i, one] of finished.entries()) {
      expect(one, wrong[i]?.join(' ')).toMatchObject({ code: 2, stdout: '' });
      expect(one.stderr).not.toMatch(/\n\s+at /);
    }
  });

  test('without its root: exit 75 and no line', async () => {
    const env = { ORDERBAK_ORDERS_ROOT: path.join(world.folder, 'nowhere') };
    expect(await askOrderbak(world, ['list'], { env })).toMatchObject({ code: 75, stdout: '' });
    const json = await askOrderbak(world, ['list', '--json'], { env });
    expect(json.code).toBe(75);
    expect(JSON.parse(json.stdout)).toMatchObject({ ok: false, error: { code: 'root-away' } });
  });
});
