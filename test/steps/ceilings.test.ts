import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Ceiling } from '../../src/domain/ceiling.js';
import { askOrderbak } from '../support/kept-orderbak.js';
import type { OrderPlan } from '../support/order-plan.js';
import type { PlantedOrder } from '../support/planting.js';
import { at, openShop, type Shop, type StepName } from './shop.js';

/** Of each order four copied files, four chats and four pieces of trash: a third of the folder for each step. */
const ORDER: OrderPlan = {
  jobs: [{ image: 'm.txt', attach: ['a.txt', 'b.txt', 'c.txt'] }],
  discusses: [['1.txt', '2.txt', '3.txt', '4.txt']],
  trash: ['1.tmp', '2.tmp', '3.tmp', '4.tmp'],
};
const count = (number: number): Ceiling => ({ kind: 'count', count: number });
const share = (percent: number): Ceiling => ({ kind: 'share', percent });

describe.each(['unlink-discuss', 'unlink-backed-up', 'unlink-trash'] as const)('%s', (step) => {
  let shop: Shop;
  let orders: PlantedOrder[];
  let before: Awaited<ReturnType<Shop['disk']>>;

  beforeAll(async () => {
    ({ shop, orders, before } = await openShop('sqlite', [ORDER, ORDER, ORDER]));
    await shop.run('insert');
    await shop.backUp();
  });
  afterAll(() => shop.close());

  test.each<[string, Ceiling]>([
    ['a count', count(11)],
    ['no file at all', count(0)],
    ['a share of the files in the folders looked at', share(33)],
    ['no share at all', share(0)],
  ])('over %s it removes nothing, and says so', async (_, maxDelete) => {
    const done = await shop.run(step, { maxDelete });
    expect(done).toMatchObject({ ok: false, exit: 5, counts: { planned: 12, done: 0 } });
    expect(done.errors[0]).toMatchObject({
      code: 'ceiling',
      message: expect.stringContaining('12 of 36 files'),
    });
    expect(await shop.changes(before)).toEqual([]);
    expect((await shop.rows()).filter((row) => row.isUnlinked)).toEqual([]);
  });

  test('the ceiling of the configuration counts, and the one of the command goes before it', async () => {
    const env = { ORDERBAK_DELETE_MAX: '11' };
    expect((await shop.runWith(env, step)).exit).toBe(5);
    expect(await shop.changes(before)).toEqual([]);
    expect((await shop.runWith(env, step, { dryRun: true, maxDelete: share(40) })).exit).toBe(0);
  });

  test('--dry-run says what would go, under a ceiling too, and removes nothing', async () => {
    const dry = await shop.run(step, { dryRun: true });
    expect(dry).toMatchObject({ exit: 0, dryRun: true, counts: { planned: 12, done: 0 } });
    expect(await shop.run(step, { dryRun: true, maxDelete: count(11) })).toMatchObject({ exit: 5 });
    expect(await shop.changes(before)).toEqual([]);
  });

  test.each<[string, string[], number]>([
    ['all', [], 0],
    ['over a ceiling, so that it can be judged', ['--max-delete', '11'], 5],
  ])('--dry-run --verbose names what would go, a line a file: %s', async (_, more, code) => {
    const run = (...args: string[]) => askOrderbak(shop.world, [step, '--dry-run', ...args, ...more]);
    const deed = step === 'unlink-trash' ? '  to put into quarantine ' : '  to remove ';
    const named = (stdout: string) => stdout.split('\n').filter((line) => line.startsWith(deed));
    const dry = await run('--verbose');
    expect(dry.code).toBe(code);
    const suffix =
      step === 'unlink-trash' ? /\d\.tmp$/ : step === 'unlink-discuss' ? /\d\.txt$/ : /[mabc]\.txt$/;
    const wanted = [...before.keys()].filter((file) => suffix.test(file)).map((file) => `${deed}${file}`);
    expect(wanted).toHaveLength(12);
    expect(named(dry.stdout).sort()).toEqual(wanted.sort());
    expect(named((await run()).stdout)).toEqual([]);
    expect((await run('--verbose', '--json')).stdout).toMatch(/^\{.*\}\n$/);
    expect((await run('--verbose', '--quiet')).stdout).toBe('');
  });

  test('what a dry run looked at by a flag, it does not tell to remove without', async () => {
    const next = async (...args: string[]) => {
      const { stdout } = await askOrderbak(shop.world, [step, '--dry-run', ...args]);
      return stdout.split('\n').find((line) => line.startsWith('  Next: '));
    };
    expect(await next()).toBe(`  Next: orderbak ${step}`);
    for (const flags of [
      ['--limit', '1'],
      ['--order', String(at(orders, 1).id)],
      ['--max-delete', '40%'],
    ])
      expect(await next(...flags)).toBe('  Next: the same without --dry-run');
    expect(await next('--order', '999999')).toBeUndefined();
  });

  test('--order looks at those orders only; a share is one of their files', async () => {
    const only = [at(orders, 1).id];
    const done = await shop.run(step, { only, maxDelete: share(33) });
    expect(done).toMatchObject({ exit: 5, counts: { planned: 4 } });
    expect(done.errors[0]?.message).toContain('4 of 12 files');
    expect((await shop.run(step, { only, dryRun: true, maxDelete: count(4) })).exit).toBe(0);
    expect((await shop.run(step, { only: [999_999] })).counts.planned).toBe(0);
  });

  test('--limit removes so many, of the first orders, and the next run goes on', async () => {
    const gone = async () => (await shop.changes(before)).filter((line) => line.startsWith('gone: '));
    expect(await shop.run(step, { limit: 3, maxDelete: count(3) })).toMatchObject({
      exit: 0,
      counts: { planned: 3, done: 3 },
    });
    expect(await gone()).toHaveLength(3);
    expect((await gone()).every((line) => line.includes(at(orders, 0).folder))).toBe(true);
    expect((await shop.run(step, { limit: 6 })).counts).toMatchObject({ planned: 6, done: 6 });
    expect(await gone()).toHaveLength(9);
    expect((await shop.run(step, { limit: 100 })).counts).toMatchObject({ planned: 3, done: 3 });
    expect(await gone()).toHaveLength(12);
    expect((await shop.run(step)).counts).toMatchObject({ planned: 0, done: 0 });
  });
});

describe('trash has a ceiling of its own', () => {
  const mostly: OrderPlan = { jobs: [{ image: 'm.txt' }], trash: ['1.tmp', '2.tmp'] };

  test('more than half of the files is rather a database that lost its rows', async () => {
    const { shop, before } = await openShop('sqlite', [mostly]);
    const done = await shop.run('unlink-trash');
    expect(done).toMatchObject({ exit: 5, counts: { planned: 2, done: 0 } });
    expect(done.errors[0]?.message).toContain('2 of 3 files, more than the ceiling of 50%');
    expect(await shop.changes(before)).toEqual([]);
    expect((await shop.run('unlink-trash', { maxDelete: share(70) })).counts.done).toBe(2);
    await shop.close();
  });

  test('files that orderbak took from the folder before count as its files', async () => {
    const { shop } = await openShop('sqlite', [{ ...ORDER, trash: ['1.tmp'] }]);
    await shop.run('insert');
    await shop.backUp();
    for (const step of ['unlink-discuss', 'unlink-backed-up'] satisfies StepName[]) {
      expect((await shop.run(step)).counts.done).toBe(4);
    }
    expect(await shop.run('unlink-trash')).toMatchObject({ exit: 0, counts: { done: 1 } });
    await shop.close();
  });

  test('without a quarantine it is gone at once, and its thumb with it', async () => {
    const plan = { ...ORDER, trash: ['t.jpg'], thumbs: ['t.jpg', 'm.txt'] };
    const { shop, orders, before } = await openShop('sqlite', [plan]);
    const done = await shop.runWith({ ORDERBAK_TRASH_KEEP: '0d' }, 'unlink-trash');
    expect(done).toMatchObject({ exit: 0, counts: { planned: 1, done: 1 } });
    const { folder } = at(orders, 0);
    expect((await shop.changes(before)).sort()).toEqual([
      `gone: ${folder}/t.jpg`,
      `gone: ${folder}/thumb/t.jpg`,
    ]);
    expect([...(await shop.disk()).keys()].filter((name) => name.startsWith('.orderbak-trash'))).toEqual([]);
    const [row] = await shop.world.ask((database) => database.all('SELECT * FROM orderbak_deletion'));
    expect(row).toMatchObject({ rule: 'trash', quarantine: null });
    await shop.close();
  });
});
