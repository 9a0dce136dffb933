import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ring } from '../../src/store/doorbell.js';
import { ENGINES } from '../support/database.js';
import { done, fileOf, openToys, type Toys, toyStep } from './toy.js';

const HOUR = 3_600_000;

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

    // Who names an order, or a file, means it.
    expect(await again(0, { only: [1] })).toMatchObject({ tried: 1 });
    expect(await again(0, { files: new Set(['#1000']) })).toEqual({ tried: 1, done: 0, held: [] });
    expect(await toys.run(toyStep(files, done), { files: new Set(['#1000']) })).toMatchObject({
      counts: { planned: 1, done: 1 },
    });
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

  test('whose process is gone is lost, and told so by the next run', async () => {
    const start = {
      step: 'pull' as const,
      dryRun: false,
      origin: 'cron' as const,
      host: 'elsewhere',
      pid: 1,
      user: 'somebody',
      version: 'test',
      started: Date.now(),
      kin: { night: null, resumes: null },
      choices: '{}',
      doorbell: null,
    };
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

  /** Waits until the process of a run has looked what is wanted of it. */
  async function look(run: number): Promise<void> {
    expect(await ring((await only(run)).doorbell ?? '')).toBe(true);
  }
});
