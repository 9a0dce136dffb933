import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ENGINES } from './support/database.js';
import { askOrderbak } from './support/kept-orderbak.js';
import { runOrderbak } from './support/run.js';
import { createWorld, type World } from './support/worlds.js';

/** A heap of so many MB is enough for any history; 50,000 rows are more than it holds. */
const SMALL_HEAP = { NODE_OPTIONS: '--max-old-space-size=25', ORDERBAK_HISTORY_KEEP: '99999d' };

const DIGIT = `(${Array.from({ length: 10 }, (_, n) => `SELECT ${n} AS n`).join(' UNION ALL ')})`;
/** The numbers from 0 to 49,999. */
const NUMBERS = `(SELECT a.n + 10 * b.n + 100 * c.n + 1000 * d.n + 10000 * e.n AS i
  FROM ${['a', 'b', 'c', 'd', 'e'].map((name) => `${DIGIT} AS ${name}`).join(' CROSS JOIN ')} WHERE e.n < 5) AS numbers`;

describe.for(ENGINES)('a history of many runs on %s', (engine) => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld(engine);
    await world.addOrder({ discusses: [['chat.txt', 'talk.txt']] });
    expect(await askOrderbak(world, ['migrate'])).toMatchObject({ code: 0 });
    expect(await askOrderbak(world, ['insert'])).toMatchObject({ code: 0 });
    // One each minute from 1 January on, in turn of three steps.
    await world.ask((database) =>
      database.run(
        `INSERT INTO orderbak_run (step, status, dry_run, origin, host, pid, version, started_ms, ended_ms, heard_ms, done, held)
         SELECT CASE i % 3 WHEN 0 THEN 'insert' WHEN 1 THEN 'unlink-discuss' ELSE 'unlink-backed-up' END, 'completed', 0, 'cron',
           'photo-server', 1, '0.1.0', ? + i * 60000, ? + i * 60000, ? + i * 60000, 1, i % 7
         FROM ${NUMBERS} ORDER BY i`,
        Array(3).fill(Date.parse('2026-01-01T00:00:00+07:00')),
      ),
    );
  });
  afterAll(() => world.remove());

  const ask = (...args: string[]) => runOrderbak(world, args, { env: SMALL_HEAP });

  test('is reported night by night, each with the last run of its steps', async () => {
    const { code, stdout } = await ask('report', '--month', '2026-01', '--json');
    expect(code).toBe(0);
    const { nights } = JSON.parse(stdout) as { nights: object[] };
    expect(nights).toHaveLength(31 * 3);
    const runs = (24 * 60) / 3;
    const sums = { runs, done: runs, skipped: 0, failed: 0, bytes: 0, status: 'completed' };
    expect(nights.slice(-3)).toEqual([
      { night: '2026-01-31', step: 'insert', ...sums, held: (31 * 1440 - 3) % 7 },
      { night: '2026-01-31', step: 'unlink-discuss', ...sums, held: (31 * 1440 - 2) % 7 },
      { night: '2026-01-31', step: 'unlink-backed-up', ...sums, held: (31 * 1440 - 1) % 7 },
    ]);
  });

  test('of which one has as many orders: it is shown with all of them, and watched', async () => {
    const [run] = await world.ask(async (database) => {
      await database.run(
        `INSERT INTO orderbak_run_part (run_id, id_order, status, planned, done)
         SELECT (SELECT MAX(id) FROM orderbak_run), i, CASE WHEN i % 4999 = 1 THEN 'cancelled' ELSE 'completed' END, 1, 1 FROM ${NUMBERS}`,
      );
      return database.all('SELECT MAX(id) AS id FROM orderbak_run');
    });
    const id = String(run?.id);
    const shown = await ask('jobs', 'show', id, '--json');
    const { ok, run: details } = JSON.parse(shown.stdout) as {
      ok: boolean;
      run: { id: number; parts: { order: number }[]; failures: object[]; held: object[] };
    };
    expect({ ok, id: details.id, failures: details.failures, held: details.held }).toEqual({
      ok: true,
      id: Number(id),
      failures: [],
      held: [],
    });
    expect(details.parts.map(({ order }) => order)).toEqual(Array.from(Array(50_000).keys()));
    const text = await ask('jobs', 'show', id);
    expect(text.stdout.match(/order \d+ is cancelled/g)).toHaveLength(11);
    expect(await ask('jobs', 'watch', id)).toMatchObject({ code: 0, stderr: '' });
  });

  /** Files that failed in the last run of a step, so often that they wait for a person. */
  const fail = (message: string, files: string) =>
    world.ask((database) =>
      database.run(
        `INSERT INTO orderbak_run_failure (run_id, item_id, path, code, message, step, id_order, attempts, failed_ms)
         SELECT (SELECT MAX(id) FROM orderbak_run WHERE step = 'unlink-discuss'), id, 'x/y.txt', 'broken', ?, 'unlink-discuss',
           id, 5, 0
         FROM ${files}`,
        [message],
      ),
    );

  test('with as many failures: they are tried again, those of a run alone', async () => {
    await fail('the disk gives it no more', `(SELECT 1000000 + i AS id FROM ${NUMBERS}) AS gone`);
    await fail('no words', "tbl_bak_order WHERE filename = 'talk.txt'");
    const { code, stdout } = await ask('jobs', 'retry', 'unlink-discuss', '--json');
    expect({ code, ...(JSON.parse(stdout) as object) }).toMatchObject({
      code: 0,
      counts: { planned: 1, done: 1, held: 0 },
    });
  });

  test('with as many failures: a step leaves out what waits for a person, and forgets what no plan names', async () => {
    await fail('no answer', "tbl_bak_order WHERE filename = 'chat.txt'");
    const { code, stdout } = await ask('unlink-discuss', '--json');
    expect({ code, ...(JSON.parse(stdout) as object) }).toMatchObject({
      code: 0,
      counts: { planned: 0, held: 1 },
      held: [{ reason: 'it failed 5 times, last with: no answer; it waits for a person' }],
    });
    const open = await world.ask((database) =>
      database.all('SELECT message FROM orderbak_run_failure WHERE settled_ms IS NULL'),
    );
    expect(open).toEqual([{ message: 'no answer' }]);
  });
});
