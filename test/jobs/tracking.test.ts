import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Entry, Step } from '../../src/steps/step.js';
import { ring } from '../../src/store/doorbell.js';
import { ENGINES } from '../support/database.js';
import { done, fileOf, openToys, type Toys, toyStep } from './toy.js';

const HOUR = 3_600_000;

const ELSEWHERE = {
  dryRun: false,
  origin: 'cron',
  host: 'elsewhere',
  pid: 1,
  user: 'somebody',
  version: 'test',
  kin: { night: null, resumes: null },
  told: '{}',
  doorbell: null,
} as const;

describe.for(ENGINES)('a run that is written down on %s', (engine) => {
  let toys: Toys;
  beforeAll(async () => {
    toys = await openToys(engine);
  });
  afterAll(() => toys.close());

  const only = async (run: number | null) => {
    const record = await toys.history.byId(run ?? 0);
    if (record === null) throw new Error('there is no such run');
    return record;
  };

  test('has its counts, its orders, and what failed and was held; it is written seldom, however many its items are', async () => {
    const files = Array.from({ length: 3000 }, (_, n) => fileOf(1 + (n % 50), n));
    const before = { tells: toys.tells(), at: performance.now() };
    const summary = await toys.run(
      toyStep(files, async (file) => {
        if (file.id === 7006) return { failed: [{ ...file, code: 'broken', message: 'it is broken' }] };
        if (file.id === 9008) return { held: [{ ...file, reason: 'somebody needs it' }] };
        return done();
      }),
    );
    const seconds = (performance.now() - before.at) / 1000;
    expect(toys.tells() - before.tells).toBeLessThanOrEqual(seconds + 2);
    const run = await only(summary.run);
    expect(run).toMatchObject({
      step: 'unlink-discuss',
      status: 'completed',
      exit: 3,
      counts: { planned: 3000, done: 2998, held: 1, failed: 1 },
      bytes: 29_980,
      bytesPlanned: 30_000,
      parts: 50,
      partsDone: 50,
      lastOrder: 50,
      errors: 1,
      lastError: 'folder-7/file-6.jpg: it is broken',
    });
    const parts = await toys.history.parts(run.id, 0, 100);
    expect(parts).toHaveLength(50);
    expect(parts.filter(({ status }) => status !== 'completed')).toEqual([
      {
        order: 7,
        status: 'failed',
        wanted: null,
        counts: { planned: 60, done: 59, skipped: 0, held: 0, failed: 1 },
      },
    ]);
    expect(await toys.history.failures(run.id, 10)).toMatchObject([
      { id: 7006, order: 7, path: 'folder-7/file-6.jpg', code: 'broken', attempts: 1, settled: null },
    ]);
    expect(await toys.history.held(run.id)).toEqual([
      { id: 9008, path: 'folder-9/file-8.jpg', reason: 'somebody needs it' },
    ]);
    // Once it goes well it is nobody's trouble any more.
    expect(await toys.run(toyStep(files, done))).toMatchObject({ exit: 0, counts: { done: 3000 } });
    expect(await toys.history.openFailures(10)).toEqual([]);
  });

  test('tries what failed again with the next run, then later and later, and at last waits for a person', async () => {
    const files = [fileOf(1), fileOf(2)];
    let tried = 0;
    const broken = toyStep(files, async (file) => {
      if (file.order === 2) return done();
      tried += 1;
      return { failed: [{ ...file, code: 'broken', message: 'it is broken' }] };
    });
    const again = async (wait: number, options = {}) => {
      toys.wait(wait);
      const before = tried;
      const { held, counts } = await toys.run(broken, options);
      return { tried: tried - before, done: counts.done, held: held.map(({ reason }) => reason) };
    };
    expect(await again(0)).toEqual({ tried: 1, done: 1, held: [] });
    expect(await again(0)).toEqual({ tried: 1, done: 1, held: [] });
    expect(await again(HOUR - 1)).toEqual({
      tried: 0,
      done: 1,
      held: [
        expect.stringMatching(/^it failed 2 times, last with: it is broken; it is tried again 2026-01-01T01/),
      ],
    });
    expect(await again(1)).toMatchObject({ tried: 1, held: [] });
    const waiting = [expect.stringMatching(/^it failed 3 times.*; it waits for a person$/)];
    expect(await again(1000 * HOUR)).toEqual({ tried: 0, done: 1, held: waiting });
    expect(await toys.history.openFailures(10)).toMatchObject([{ id: 1000, attempts: 3 }]);

    // Who names an order, or what failed in a run, means it.
    const last = async () => (await toys.history.openFailures(1))[0]?.run ?? null;
    expect(await again(0, { only: [1] })).toMatchObject({ tried: 1 });
    const failedIn = await last();
    expect(await again(0, { failedIn })).toEqual({ tried: 1, done: 0, held: [] });
    const retry = async (run: number | null) =>
      (await toys.run(toyStep(files, done), { failedIn: run })).counts;
    expect(await retry(failedIn)).toMatchObject({ planned: 0 });
    expect(await retry(await last())).toMatchObject({ planned: 1, done: 1 });
    expect(await toys.history.openFailures(10)).toEqual([]);
  });

  test('forgets a failure whose file no whole plan names any more', async () => {
    const fail = toyStep([fileOf(1), fileOf(2)], async (file) => ({
      failed: [{ ...file, code: 'broken', message: 'it is broken' }],
    }));
    await toys.run(fail);
    expect(await toys.history.openFailures(10)).toHaveLength(2);
    await toys.run(toyStep([fileOf(1)], done), { only: [1] });
    expect(await toys.history.openFailures(10)).toMatchObject([{ id: 2000 }]);
    await toys.run(toyStep([fileOf(1)], done));
    expect(await toys.history.openFailures(10)).toEqual([]);
  });

  test('an order that is held waits while the others go on; a cancelled one is left out', async () => {
    const seen: number[] = [];
    const summary = await toys.run(
      toyStep([fileOf(1), fileOf(2), fileOf(3), fileOf(1, 1), fileOf(4)], async (file, { run }) => {
        seen.push(file.order);
        if (file.order === 1 && seen.length === 1) {
          await toys.steering.wantOrder(run, 2, 'pause');
          await toys.steering.wantOrder(run, 3, 'cancel');
          await look(run);
        }
        if (file.order === 4) {
          expect(await toys.history.parts(run, 0, 10)).toMatchObject([
            { order: 1 },
            { order: 2 },
            { order: 3 },
          ]);
          await toys.steering.wantOrder(run, 2, null);
          await look(run);
        }
        return done();
      }),
    );
    expect(seen).toEqual([1, 1, 4, 2]);
    expect(summary).toMatchObject({ ok: true, counts: { planned: 5, done: 4, skipped: 1 } });
    const parts = await toys.history.parts(summary.run ?? 0, 0, 10);
    expect(parts.map(({ order, status }) => [order, status])).toEqual([
      [1, 'completed'],
      [2, 'completed'],
      [3, 'cancelled'],
      [4, 'completed'],
    ]);
  });

  test('an order that is none of a run leaves nothing behind, once all orders are known', async () => {
    const orders = async (run: number) => (await toys.history.parts(run, 0, 10)).map(({ order }) => order);
    await toys.run(
      toyStep([fileOf(1), fileOf(2)], async (file, { run }) => {
        if (file.order === 2) return done();
        await toys.steering.wantOrder(run, 2, null);
        await toys.steering.wantOrder(run, 98, null);
        await toys.steering.wantOrder(run, 99, 'pause');
        expect(await orders(run)).toEqual(expect.arrayContaining([2, 98, 99]));
        await look(run);
        expect(await orders(run)).toEqual([1, 2]);
        return done();
      }),
    );
  });

  test('an order that is held in the middle of a file is paused, and running again afterwards', async () => {
    const statuses: (string | undefined)[] = [];
    await toys.run(
      toyStep([fileOf(1)], async (_, { run, gate }) => {
        const status = async () => (await toys.history.parts(run, 0, 10))[0]?.status;
        await toys.steering.wantOrder(run, 1, 'pause');
        await look(run);
        const held = gate();
        await look(run);
        statuses.push(await status());
        await toys.steering.wantOrder(run, 1, null);
        await look(run);
        await held;
        await look(run);
        statuses.push(await status());
        return done();
      }),
    );
    expect(statuses).toEqual(['paused', 'running']);
  });

  test('that is cancelled stops after the item in hand', async () => {
    const summary = await toys.run(
      toyStep([fileOf(1), fileOf(2)], async (_, { run, signal }) => {
        await toys.steering.want([run], 'cancel');
        await look(run);
        expect(signal.reason).toMatchObject({ name: 'RunCancelled' });
        return done();
      }),
    );
    expect(summary).toMatchObject({ ok: false, interrupted: true, counts: { planned: 2, done: 1 } });
    expect(await only(summary.run)).toMatchObject({ status: 'cancelled', wanted: null, counts: { done: 1 } });
  });

  test('hears timers and signals while it plans, though its plan never waits', async () => {
    const most = 5_000_000;
    const stop = new AbortController();
    let planned = 0;
    const step: Step<Entry[]> = {
      ...toyStep([], done),
      async *plan() {
        setTimeout(() => stop.abort(), 1);
        for (; planned < most; planned += 1) yield { kind: 'seen', files: 1 };
      },
    };
    expect(await toys.run(step, { stop: stop.signal })).toMatchObject({ interrupted: true });
    expect(planned).toBeLessThan(most);
  });

  test('hears them while it only asks the database', async () => {
    const most = 100_000;
    const stop = new AbortController();
    let asked = 0;
    const step: Step<Entry[]> = {
      ...toyStep([], done),
      async *plan() {
        setTimeout(() => stop.abort(), 1);
        for (; asked < most && !stop.signal.aborted; asked += 1) await toys.runs.openFailures('insert');
      },
    };
    await toys.run(step, { stop: stop.signal });
    expect(asked).toBeLessThan(most);
  });

  test('whose process is gone is lost, and told so by the next run', async () => {
    const start = { ...ELSEWHERE, step: 'pull' as const, started: Date.now() };
    const { run } = await toys.runs.start(start);
    expect((await only(run)).status).toBe('running');
    await toys.world.ask((database) =>
      database.run('UPDATE orderbak_run SET heard_ms = heard_ms - 61000 WHERE id = ?', [run]),
    );
    expect((await only(run)).status).toBe('lost');
    expect(await toys.history.active()).toEqual([]);
    expect((await toys.history.ended(1))[0]).toMatchObject({ id: run, status: 'lost', ended: null });
    const next = await toys.runs.start(start);
    expect(await only(run)).toMatchObject({ status: 'lost', error: 'its process is gone' });
    await toys.runs.finish(next.run, { status: 'completed', error: null, exit: 0 }, Date.now());
  });

  test('forgets what is over, never the last of a step, what waits to be tried again, what was removed, or a receipt', async () => {
    const { world, history } = toys;
    await world.addOrder({ jobs: [{ image: 'main.txt' }] });
    await world.ask(async (database) => {
      await database.run("UPDATE orderbak_run SET step = 'insert' WHERE step = 'unlink-discuss'");
      await database.run(
        "INSERT INTO tbl_bak_order (id_order, filename, file_type, bak_date_time, file_size, file_sha256) VALUES (1, 'x', 1, '2020-01-01 00:00:00', 1, 'ab')",
      );
      await database.run(
        "INSERT INTO orderbak_deletion (run_id, rule, folder, filename, row_ids, size, thumb, intended_ms, done_ms) VALUES (1, 'discuss', 'f', 'n', '[]', 1, 'kept', 1, 1)",
      );
    });
    const receipts = () =>
      world.ask(async (database) => [
        await database.all('SELECT * FROM tbl_bak_order'),
        await database.all('SELECT * FROM orderbak_deletion'),
      ]);
    const before = await receipts();
    const fail = toyStep([fileOf(1), fileOf(2)], async (file) =>
      file.order === 1 ? { failed: [{ ...file, code: 'broken', message: 'it is broken' }] } : done(),
    );
    const first = await toys.run(fail);
    const second = await toys.run(toyStep([fileOf(1)], done), { failedIn: 0 });
    const old = (await history.ended(100)).map(({ id }) => id);
    expect(old).toEqual(expect.arrayContaining([first.run, second.run]));

    expect(await toys.runs.forget(Date.now() + HOUR)).toBe(old.length - 3);
    const left = await history.ended(100);
    expect(left.map(({ step }) => step).sort()).toEqual(['insert', 'pull', 'unlink-discuss']);
    expect(left.map(({ id }) => id)).toContain(second.run);
    expect(await history.parts(first.run ?? 0, 0, 10)).toEqual([]);
    expect(await history.openFailures(10)).toMatchObject([{ run: first.run, id: 1000, attempts: 1 }]);
    expect(await receipts()).toEqual(before);
  });

  test('does not forget a run that is under way, however short the time', async () => {
    const start = { ...ELSEWHERE, step: 'unlink-trash' as const, started: Date.now() };
    const { run } = await toys.runs.start(start);
    const look = await toys.runs.start({ ...start, dryRun: true });
    await toys.runs.forget(Date.now() + HOUR);
    expect((await only(run)).status).toBe('running');
    for (const id of [run, look.run])
      await toys.runs.finish(id, { status: 'completed', error: null, exit: 0 }, Date.now());
    await toys.runs.forget(Date.now() + HOUR);
    expect(await toys.history.byId(run)).toBeNull();
  });

  /** Waits until the process of a run has looked what is wanted of it. */
  async function look(run: number): Promise<void> {
    expect(await ring((await only(run)).doorbell ?? '')).toBe(true);
  }
});
