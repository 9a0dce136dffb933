import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openShop, type Shop } from './steps/shop.js';
import { daysAgo } from './support/clock.js';
import { ENGINES } from './support/database.js';
import { askOrderbak } from './support/kept-orderbak.js';

interface Ledger {
  readonly months: readonly (Record<string, unknown> & { readonly month: string | null })[];
  readonly nights: readonly Record<string, unknown>[];
}

describe.for(ENGINES)('report on %s', (engine) => {
  let shop: Shop;
  let size: (name: string) => number;
  beforeAll(async () => {
    const opened = await openShop(engine, [
      {
        createTime: '2025-01-31 23:59:59',
        jobs: [
          {
            image: 'a.jpg',
            attach: ['b.txt', 'gone.txt'],
            reworks: [{ attach: ['r.txt'], complete: ['z.txt'] }],
          },
        ],
        discusses: [['chat.txt']],
        missing: ['gone.txt'],
      },
      { createTime: '2025-01-01 00:00:00', jobs: [{ image: 'c.png' }] },
      { createTime: '2025-02-01 00:00:00', jobs: [{ image: 'd.png' }], trash: ['t.zip'] },
    ]);
    shop = opened.shop;
    const sizes = [...opened.before].map(([path, entry]) => [path.split('/').at(-1), entry.size] as const);
    size = (name) => sizes.find(([file]) => file === name)?.[1] ?? Number.NaN;
    await shop.run('insert');
    await shop.run('unlink-discuss');
    await shop.run('unlink-trash');
    await shop.backUp((name) => name !== 'd.png' && name !== 'gone.txt');
    await shop.run('unlink-backed-up', { dryRun: true });
    await shop.run('unlink-backed-up', { limit: 1 });
    await shop.run('unlink-backed-up');
    await shop.world.ask((database) =>
      database.run(
        `INSERT INTO orderbak_run_failure (run_id, item_id, path, code, message)
         SELECT 1, id, 'x/d.png', 'x', 'x' FROM tbl_bak_order WHERE filename = 'd.png'`,
      ),
    );
  });
  afterAll(() => shop.close());

  async function report(...args: string[]): Promise<string> {
    const done = await askOrderbak(shop.world, ['report', ...args]);
    expect(done).toMatchObject({ code: 0, stderr: '' });
    return done.stdout;
  }

  test('counts orders and files by the month in which the shop made them', async () => {
    const { months } = JSON.parse(await report('--json')) as Ledger;
    const copied = size('a.jpg') + size('b.txt') + size('r.txt') + size('z.txt') + size('c.png');
    expect(months).toEqual([
      {
        month: '2025-01',
        orders: 2,
        files: { main: 2, ref: 2, complete: 1, rework: 1, discuss: 1 },
        backedUp: 5,
        unlinked: 6,
        missing: 0,
        bytes: copied + size('chat.txt'),
        freed: copied + size('chat.txt'),
        failures: 0,
      },
      {
        month: '2025-02',
        orders: 1,
        files: { main: 1, ref: 0, complete: 0, rework: 0, discuss: 0 },
        backedUp: 0,
        unlinked: 0,
        missing: 0,
        bytes: 0,
        freed: 0,
        failures: 1,
      },
    ]);
  });

  test('sums up what each step did in a night; a dry run did nothing', async () => {
    const { nights } = JSON.parse(await report('--json')) as Ledger;
    const told = nights.map(({ step, runs, done, status }) => [step, runs, done, status]);
    expect(told).toEqual([
      ['insert', 1, 8, 'completed'],
      ['unlink-discuss', 1, 1, 'completed'],
      ['unlink-trash', 1, 1, 'completed'],
      ['purge-trash', 1, 0, 'completed'],
      ['mark-backed-up', 1, 5, 'completed'],
      ['unlink-backed-up', 2, 5, 'completed'],
      ['marked', 0, 5, 'completed'],
    ]);
    expect(new Set(nights.map(({ night }) => night))).toEqual(new Set([daysAgo(0).slice(0, 10)]));
  });

  test('of one month tells its orders and its nights only, as CSV too', async () => {
    const month = await report('--month', '2025-02', '--format', 'csv');
    expect(month.trimEnd().split('\r\n')).toEqual([
      'kind,month,night,step,orders,main,ref,complete,rework,discuss,backed_up,unlinked,missing,bytes,freed,failures,runs,done,skipped,held,failed,status',
      'month,2025-02,,,1,1,0,0,0,0,0,0,0,0,0,1,,,,,,',
    ]);
    const all = (await report('--format', 'csv')).trimEnd().split('\r\n');
    expect(new Set(all.map((line) => line.split(',').length))).toEqual(new Set([22]));
    expect(all).toContainEqual(
      expect.stringMatching(/^night,,\d{4}-\d\d-\d\d,insert,{10}0,,,1,8,0,0,0,completed$/),
    );
    const wrong = await askOrderbak(shop.world, ['report', '--month', '2025-2']);
    expect(wrong.code).toBe(2);
  });

  test.runIf(engine === 'sqlite')('a time of creation that is none tells no month', async () => {
    const before = JSON.parse(await report('--json')) as Ledger;
    const change = (text: string, from: string) =>
      shop.world.ask((database) =>
        database.run('UPDATE tbl_bak_order SET order_create_time = ? WHERE order_create_time = ?', [
          text,
          from,
        ]),
      );
    await change('=1,\x1b[2J"', '2025-01-31 23:59:59');
    await change('2025-13-01', '2025-02-01 00:00:00');
    const text = await report();
    const all = (await report('--format', 'csv')).trimEnd().split('\r\n');
    const { months } = JSON.parse(await report('--json')) as Ledger;
    await change('2025-01-31 23:59:59', '=1,\x1b[2J"');
    await change('2025-02-01 00:00:00', '2025-13-01');
    expect(text).not.toContain('\x1b');
    expect(text).toMatch(/\nunknown +2 .*\n2025-01 +1 /);
    expect(new Set(all.map((line) => line.split(',').length))).toEqual(new Set([22]));
    expect(months).toMatchObject([
      { month: null, orders: 2, backedUp: 4, failures: 1 },
      { month: '2025-01', orders: 1, backedUp: 1, failures: 0 },
    ]);
    expect(JSON.parse(await report('--json'))).toEqual(before);
  });

  test('a person reads two tables', async () => {
    const text = await report();
    expect(text).toMatch(/^orders of +orders +main .* failures\n2025-01 +2 +2 +2 +1 +1 +1 +5 +6 +0 /);
    expect(text).toMatch(
      /\nbytes: of files whose size .*\n\nnight +step .* result\n\d{4}-\d\d-\d\d +insert +1 +8 /,
    );
  });
});
