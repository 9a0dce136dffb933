import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { daysAgo } from '../support/clock.js';
import { ENGINES, type Engine } from '../support/database.js';
import type { PlantedOrder } from '../support/planting.js';
import { declareAgain } from '../support/shop-tables.js';
import { at, openShop, type Shop } from './shop.js';

const ZERO = '0000-00-00 00:00:00';
const FILE = { missing: 'all' as const, jobs: [{ image: 'a.jpg' }] };

/** Orders by what is said of them: finished or not, long ago or not. */
const PLANS = {
  old: FILE,
  oldest: { ...FILE, doneTime: '1970-01-01 00:00:00' },
  yesterday: { ...FILE, doneTime: daysAgo(1) },
  twoMonths: { ...FILE, doneTime: daysAgo(61) },
  future: { ...FILE, doneTime: '2999-01-01 00:00:00' },
  never: { ...FILE, doneTime: null },
  zero: { ...FILE, doneTime: ZERO },
  zeroCreated: { ...FILE, createTime: ZERO },
  beforeTime: { ...FILE, doneTime: '1969-12-31 23:59:59' },
  otherStatus: { ...FILE, status: 4 },
  ninety: { ...FILE, status: 90 },
  nameless: { ...FILE, jobs: [{ image: '' }, {}] },
  reworked: { ...FILE, jobs: [{ image: 'a.jpg', reworks: [{ attach: ['b.jpg'] }] }] },
};
const NAMES = Object.keys(PLANS);

describe.for(ENGINES)('insert on %s', (engine) => {
  let shop: Shop;
  let orders: PlantedOrder[];
  beforeAll(async () => {
    ({ shop, orders } = await openShop(engine, Object.values(PLANS)));
  });
  afterAll(() => shop.close());

  const idOf = (name: keyof typeof PLANS) => at(orders, NAMES.indexOf(name)).id;
  const recorded = async () => {
    const ids = new Set((await shop.rows()).map((row) => row.order));
    return NAMES.filter((_, index) => ids.has(at(orders, index).id));
  };

  test('--dry-run counts what would be recorded, and records nothing', async () => {
    expect(await shop.run('insert', { dryRun: true })).toMatchObject({
      exit: 0,
      dryRun: true,
      counts: { planned: 5, done: 0, skipped: 0, held: 0, failed: 0 },
    });
    expect(await recorded()).toEqual([]);
  });

  test('--order takes only those orders, of those that are finished long enough', async () => {
    const only = [idOf('oldest'), idOf('otherStatus'), idOf('yesterday'), 999_999];
    expect((await shop.run('insert', { only })).counts).toMatchObject({ planned: 1, done: 1 });
    expect(await recorded()).toEqual(['oldest']);
    expect((await shop.run('insert', { only: [] })).counts.planned).toBe(0);
  });

  test('every finished order older than the limit is recorded, with what is known of it', async () => {
    expect((await shop.run('insert')).counts).toMatchObject({ planned: 4, done: 4 });
    expect(await recorded()).toEqual(['old', 'oldest', 'zeroCreated', 'reworked']);
    const rows = (await shop.rows())
      .filter((row) => row.order === idOf('reworked'))
      .sort((a, b) => a.type - b.type);
    const [order] = await shop.world.ask((database) =>
      database.all('SELECT create_time FROM tbl_order WHERE id_order = ?', [idOf('reworked')]),
    );
    expect(rows.map(({ raw }) => raw)).toMatchObject([
      { file_type: 1, filename: 'a.jpg', id_rework: null, id_discuss: null },
      { file_type: 4, filename: 'b.jpg', id_discuss: null },
    ]);
    for (const { raw } of rows) {
      expect(raw).toMatchObject({
        order_create_time: order?.create_time,
        order_create_by: 'lan.nguyen',
        bak_date_time: null,
        unlink_time: null,
        file_size: null,
      });
      expect(raw.id_job).toBeGreaterThan(5000);
    }
    expect(rows[1]?.raw.id_rework).toBeGreaterThan(7000);
  });

  test('--older-than counts back on the calendar, shorter or longer than usual', async () => {
    const older = { months: 24, days: 0 };
    expect((await shop.run('insert', { olderThan: older, dryRun: true })).counts.planned).toBe(0);
    expect((await shop.run('insert', { olderThan: { months: 0, days: 60 } })).counts.done).toBe(1);
    expect(await recorded()).toContain('twoMonths');
    expect(await recorded()).not.toContain('yesterday');
  });

  test('a correction that came later is picked up, and rows that are there stay as they are', async () => {
    const before = await shop.rows();
    await shop.world.ask((database) =>
      database.run(
        'INSERT INTO tbl_job_rework (id_order, id_job, attach, file_complete) VALUES (?, 5001, ?, ?)',
        [idOf('old'), '{"0":"late.jpg"}', '["late-done.jpg","a.jpg"]'],
      ),
    );
    expect((await shop.run('insert')).counts).toMatchObject({ planned: 3, done: 3 });
    const after = await shop.rows();
    expect(after.slice(0, before.length)).toEqual(before);
    expect(
      after
        .slice(before.length)
        .map(({ type, name }) => [type, name])
        .sort(),
    ).toEqual([
      [3, 'a.jpg'],
      [3, 'late-done.jpg'],
      [4, 'late.jpg'],
    ]);
    expect((await shop.run('insert')).counts).toMatchObject({ planned: 0, done: 0 });
  });

  test('states in words, and several of them', async () => {
    const only = [idOf('otherStatus'), idOf('ninety')];
    const run = (status: string) =>
      shop.runWith({ ORDERBAK_RETENTION_STATUS: status }, 'insert', { dryRun: true, only });
    expect((await run('4')).counts.planned).toBe(1);
    expect((await run('9, 4,90')).counts.planned).toBe(2);
    expect((await run("9' OR '1'='1")).counts.planned).toBe(0);
    expect((await run('delivered')).counts.planned).toBe(0);
  });

  test('the run is told in orderbak_run', async () => {
    const runs = await shop.world.ask((database) => database.all('SELECT * FROM orderbak_run ORDER BY id'));
    expect(runs[0]).toMatchObject({ step: 'insert', dry_run: 1, status: 'completed', planned: 5, done: 0 });
    expect(runs[3]).toMatchObject({ dry_run: 0, status: 'completed', planned: 4, done: 4, error: null });
    expect(runs.filter((run) => run.ended_ms === null)).toEqual([]);
  });
});

test.each(ENGINES)('5,000 orders on %s, with gaps between their numbers', async (engine) => {
  const { shop } = await openShop(engine, []);
  try {
    const digits =
      '(SELECT 0 d UNION SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5 UNION SELECT 6 UNION SELECT 7 UNION SELECT 8 UNION SELECT 9)';
    const number = `SELECT a.d + b.d * 10 + c.d * 100 + e.d * 1000 AS n FROM ${digits} a, ${digits} b, ${digits} c, ${digits} e WHERE e.d < 5`;
    await shop.world.ask(async (database) => {
      const text =
        engine === 'sqlite' ? (name: string) => `'${name}-' || n` : (name: string) => `CONCAT('${name}-', n)`;
      await database.run("INSERT INTO tbl_user (id_user, username) VALUES (1, 'many')");
      await database.run(
        `INSERT INTO tbl_order (id_order, id_user, status, create_time, done_qc_time)
         SELECT n * 3 + 1, 1, 9, '2025-01-01 10:00:00', '2025-02-01 10:00:00' FROM (${number}) numbers`,
      );
      await database.run(
        `INSERT INTO tbl_job (id_order, image, attach)
         SELECT n * 3 + 1, ${text('main')}, '{"0":"ref.jpg","1":"x.png"}' FROM (${number}) numbers`,
      );
    });
    expect((await shop.run('insert', { dryRun: true })).counts.planned).toBe(15_000);
    expect((await shop.run('insert')).counts).toMatchObject({ planned: 15_000, done: 15_000 });
    const [count] = await shop.world.ask((database) =>
      database.all('SELECT COUNT(*) AS n, COUNT(DISTINCT id_order) AS orders FROM tbl_bak_order'),
    );
    expect(count).toEqual({ n: 15_000, orders: 5000 });
    expect((await shop.run('insert')).counts.planned).toBe(0);
  } finally {
    await shop.close();
  }
});

test.each(ENGINES)('times that are no times are in no other order’s way on %s', async (engine) => {
  const bad = [
    '',
    'bad',
    '0000-00-00 00:00:00',
    '2026-02-31 10:00:00',
    '2026-03-02T10:00:00Z',
    '2026-03-02 10:00:00+07:00',
  ];
  const plans = [...bad, 'fine'].map((_, index) => ({ jobs: [{ image: `${index}.txt` }] }));
  const { shop, orders } = await openShop(engine, plans);
  await shop.world.ask(async (database) => {
    if (engine === 'mariadb') await database.run('ALTER TABLE tbl_order MODIFY create_time VARCHAR(40) NULL');
    for (const [index, text] of bad.entries())
      await database.run('UPDATE tbl_order SET create_time = ? WHERE id_order = ?', [
        text,
        at(orders, index).id,
      ]);
  });
  expect((await shop.run('insert')).counts).toMatchObject({ done: plans.length, failed: 0 });
  expect((await shop.run('insert')).counts).toMatchObject({ done: 0, failed: 0 });
  await shop.backUp();
  const removed = await shop.run('unlink-backed-up');
  expect(removed.counts).toMatchObject({ done: 1, failed: 0 });
  const times = await shop.world.ask((database) =>
    database.all('SELECT order_create_time AS time FROM tbl_bak_order ORDER BY id_order DESC LIMIT 1'),
  );
  expect(String(times[0]?.time)).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
  await shop.close();
});

const STATUS: [Engine, string, string, boolean][] = [
  ['mariadb', 'DECIMAL(3,1)', '9', true],
  ['mariadb', 'DECIMAL(3,1)', '9.5', false],
  ['mariadb', 'DOUBLE', '9', true],
  ['mariadb', 'VARCHAR(10)', '9', true],
  ['mariadb', 'VARCHAR(10)', '9.0', false],
  ['mariadb', 'VARCHAR(10)', '09', false],
  ['mariadb', 'VARBINARY(10)', '9', true],
  ['sqlite', 'REAL', '9', true],
  ['sqlite', 'REAL', '9.5', false],
  ['sqlite', 'TEXT', '9', true],
  ['sqlite', 'TEXT', '9.0', false],
  ['sqlite', 'TEXT', '09', false],
];

test.each(STATUS)('a status on %s that is declared as %s: %s', async (engine, type, status, isFinished) => {
  const { shop } = await openShop(engine, [{ jobs: [{ image: 'a.txt' }], trash: ['t.tmp'] }]);
  await shop.world.ask(async (database) => {
    if (engine === 'mariadb') await database.run(`ALTER TABLE tbl_order MODIFY status ${type} NULL`);
    else await declareAgain(database, 'tbl_order', 'status INTEGER NOT NULL DEFAULT 0', `status ${type}`);
    await database.run('UPDATE tbl_order SET status = ?', [status]);
  });
  const done = isFinished ? 1 : 0;
  expect((await shop.run('insert')).counts).toMatchObject({ done });
  await shop.backUp();
  // What is asked of each order by itself says the same.
  for (const step of ['unlink-trash', 'unlink-backed-up'] as const)
    expect((await shop.run(step)).counts).toMatchObject({ done, held: 0 });
  await shop.close();
});

test.each(ENGINES)(
  'orders that are named, however many: on %s the run keeps what it was told',
  async (engine) => {
    const { shop, orders } = await openShop(engine, [FILE, FILE]);
    const only = [at(orders, 0).id, ...Array.from({ length: 10_000 }, (_, n) => 1_000_000 + n)];
    expect(await shop.run('insert', { only })).toMatchObject({ exit: 0, counts: { done: 1 } });
    const [run] = await shop.world.ask((database) => database.all('SELECT choices FROM orderbak_run'));
    expect(JSON.parse(String(run?.choices))).toMatchObject({ only });
    await shop.close();
  },
);
