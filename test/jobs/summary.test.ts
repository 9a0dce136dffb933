import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { heldBy, openShop, type Shop } from '../steps/shop.js';
import { ENGINES } from '../support/database.js';
import { askOrderbak } from '../support/kept-orderbak.js';

const MANY = 130;

describe.for(ENGINES)('what is told of a run on %s', (engine) => {
  let shop: Shop;
  beforeAll(async () => {
    const chats = Array.from({ length: MANY }, (_, index) => `chat-${index}.txt`);
    const main = { jobs: [{ image: 'main.txt', attach: chats }] };
    ({ shop } = await openShop(engine, [{ ...main, discusses: [[...chats, 'free.txt']], trash: ['t.tmp'] }]));
    await shop.run('insert');
  });
  afterAll(() => shop.close());

  const ask = (text: string) => shop.world.ask((database) => database.run(text));
  const runs = () => shop.world.ask((database) => database.all('SELECT * FROM orderbak_run ORDER BY id'));

  test('--json is one object of exactly these keys, and nothing else is said', async () => {
    const done = await askOrderbak(shop.world, ['unlink-discuss', '--json']);
    expect(done).toMatchObject({ code: 0, stderr: '' });
    expect(done.stdout.trimEnd().split('\n')).toHaveLength(1);
    const told = JSON.parse(done.stdout) as Record<string, unknown>;
    expect(Object.keys(told)).toEqual([
      'ok',
      'command',
      'run',
      'dryRun',
      'counts',
      'bytes',
      'elapsedMs',
      'held',
      'errors',
      'notes',
    ]);
    expect(told).toMatchObject({
      ok: true,
      command: 'unlink-discuss',
      dryRun: false,
      counts: { planned: 1, done: 1, skipped: 0, held: MANY, failed: 0 },
      errors: [],
      notes: [],
    });
    expect(told.run).toBe((await runs()).at(-1)?.id);
    expect([told.bytes, told.elapsedMs].map((each) => typeof each)).toEqual(['number', 'number']);
    expect(told.held).toHaveLength(100);
    expect((told.held as unknown[])[0]).toEqual({
      id: expect.any(Number),
      path: expect.stringMatching(/^\d+@lan\.nguyen\/chat-\d+\.txt$/),
      reason: expect.stringContaining('not backed up yet'),
    });
  });

  test('the row of a run has its counts, its bytes, and both of its ends', async () => {
    const row = (await runs()).at(-1) ?? {};
    expect(row).toMatchObject({
      step: 'unlink-discuss',
      status: 'completed',
      dry_run: 0,
      origin: 'cron',
      planned: 1,
      done: 1,
      skipped: 0,
      held: MANY,
      failed: 0,
      error: null,
    });
    expect(Number(row.bytes)).toBeGreaterThan(5);
    expect(Number(row.ended_ms)).toBeGreaterThanOrEqual(Number(row.started_ms));
    expect(Math.abs(Date.now() - Number(row.started_ms))).toBeLessThan(3_600_000);
  });

  test('a run that a ceiling stopped has failed, with the words', async () => {
    const done = await shop.run('unlink-trash', { maxDelete: { kind: 'count', count: 0 } });
    expect(done).toMatchObject({ ok: false, exit: 5 });
    expect((await runs()).at(-1)).toMatchObject({
      step: 'unlink-trash',
      status: 'failed',
      planned: 1,
      done: 0,
      error: expect.stringContaining('more than the ceiling of 0'),
    });
  });

  test('a file that failed is told with its code, the rest is done, and the exit code is 3', async () => {
    const rows = await shop.rows();
    const [first] = rows.filter((row) => row.type === 2);
    const done = await shop.mark([
      { id: 999_999 },
      { id: first?.id ?? 0 },
      { id: first?.id ?? 0, size: 1, sha256: 'ab'.repeat(32) },
    ]);
    expect(done).toMatchObject({ ok: false, exit: 3, counts: { planned: 3, done: 1, failed: 2 } });
    expect(done.errors.map(({ id, code }) => [id, code])).toEqual([
      [999_999, 'unknown'],
      [first?.id, 'mismatch'],
    ]);
    expect((await runs()).at(-1)).toMatchObject({ status: 'completed', done: 1, failed: 2 });
    const failures = await shop.world.ask((database) =>
      database.all("SELECT * FROM orderbak_run_failure WHERE code <> 'held' ORDER BY id"),
    );
    expect(failures.map((each) => [each.run_id, each.item_id, each.code])).toEqual([
      [done.run, 999_999, 'unknown'],
      [done.run, first?.id, 'mismatch'],
    ]);
  });

  test('a run in which most files fail is ended early', async () => {
    const nowhere = Array.from({ length: 1200 }, (_, index) => ({ id: 800_000 + index }));
    const done = await shop.mark(nowhere);
    expect(done).toMatchObject({ ok: false, exit: 1, counts: { planned: 1200, done: 0, failed: 500 } });
    expect(done.errors).toHaveLength(100);
    expect(done.errors[0]).toMatchObject({ code: 'too-many-failures' });
    expect((await runs()).at(-1)).toMatchObject({ status: 'failed', failed: 500 });
  });

  test('an item that broke as a whole is a failure, although nobody counted its files', async () => {
    const order = await shop.world.addOrder({ missing: 'all', jobs: [{ image: 'late.txt' }] });
    const refusal =
      engine === 'sqlite'
        ? "BEGIN SELECT RAISE(ABORT, 'not this one'); END"
        : "FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'not this one'";
    await ask(`CREATE TRIGGER refusing BEFORE INSERT ON tbl_bak_order ${refusal}`);
    const done = await shop.run('insert', { only: [order.id] });
    expect(done).toMatchObject({
      ok: false,
      exit: 3,
      counts: { done: 0, failed: 1 },
      errors: [{ code: 'database', message: expect.stringContaining('not this one') }],
    });
    await ask('DROP TRIGGER refusing');
    expect(await shop.run('insert', { only: [order.id] })).toMatchObject({
      exit: 0,
      counts: { planned: 1, done: 1 },
    });
    expect(heldBy(done)).toEqual({});
  });

  test('a view that cannot be read is the fault of no item: the run has failed', async () => {
    const order = await shop.world.addOrder({ missing: 'all', jobs: [{ image: 'later.txt' }] });
    const insert = () => shop.run('insert', { only: [order.id] });
    const expectStop = async (code: string) =>
      expect(await insert()).toMatchObject({
        ok: false,
        exit: 1,
        counts: { done: 0, failed: 0 },
        errors: [{ id: null, path: '', code }],
      });
    await ask('DROP VIEW orderbak_order_file');
    await expectStop('table-missing');
    await shop.app.migrate();
    if (engine === 'mariadb') {
      // In SQLite the views follow a table to its new name.
      await ask('ALTER TABLE tbl_order_discuss RENAME TO tbl_away');
      await expectStop('bad-view');
      await ask('ALTER TABLE tbl_away RENAME TO tbl_order_discuss');
    }
    expect(await insert()).toMatchObject({ exit: 0, counts: { done: 1 } });
  });
});
