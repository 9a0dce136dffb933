import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openShop, type Shop } from '../steps/shop.js';
import { ENGINES } from '../support/database.js';
import { holdInsert } from '../support/held-lease.js';
import { askOrderbak } from '../support/kept-orderbak.js';

describe.for(ENGINES)('orderbak run on %s', (engine) => {
  let shop: Shop;
  beforeAll(async () => {
    ({ shop } = await openShop(engine, [
      {
        jobs: [{ image: 'main.txt' }],
        discusses: [['chat.txt', 'more.txt', 'broken.png']],
        looks: { 'broken.png': 'damaged' },
        trash: ['t.tmp'],
      },
    ]));
  });
  afterAll(() => shop.close());

  const rows = () =>
    shop.world.ask((database) =>
      database.all(
        'SELECT id, parent_id, step, status, exit_code, error, done FROM orderbak_run ORDER BY id',
      ),
    );

  test('runs the steps of the server as one run; each has its own record under that of the night', async () => {
    const night = await askOrderbak(shop.world, ['run', '--json']);
    expect(night).toMatchObject({ code: 0, stderr: '' });
    const told = JSON.parse(night.stdout) as { run: number; steps: { command: string; run: number }[] };
    expect(told).toMatchObject({
      ok: true,
      command: 'run',
      dryRun: false,
      notBegun: [],
      counts: { done: 7, held: 1 },
    });
    const ran = ['insert', 'unlink-discuss', 'unlink-trash', 'unlink-backed-up'];
    expect(told.steps.map(({ command }) => command)).toEqual(ran);
    const [first, ...others] = await rows();
    expect(first).toMatchObject({
      id: told.run,
      parent_id: null,
      step: 'run',
      status: 'completed',
      exit_code: 0,
      done: 7,
    });
    expect(others.filter((row) => row.parent_id === told.run)).toMatchObject(
      told.steps.map(({ command, run }) => ({ id: run, step: command, status: 'completed', error: null })),
    );
    const list = await askOrderbak(shop.world, ['jobs']);
    const lines = list.stdout.trim().split('\n');
    expect(lines.map((line) => line.split(/ {2,}| · /).slice(0, 4))).toEqual([
      ['6', 'purge-trash', 'completed', '0 files'],
      ['1', 'run', 'completed', '7 files'],
      ['2', '· insert', 'completed', '4 files'],
      ['3', '· unlink-discuss', 'completed', '2 files'],
      ['4', '· unlink-trash', 'completed', '1 file'],
      ['5', '· unlink-backed-up', 'completed', '0 files'],
    ]);
    const shown = await askOrderbak(shop.world, ['jobs', 'show', 'run']);
    expect(shown.stdout).toMatch(/\n {2}held .*\/broken\.png: no thumb can be made/);
    expect(shown.stdout).not.toContain('… and');
    expect(shown.stdout).toContain('(without a terminal)');
  });

  test('begins no removal after an insert that failed, and says so', async () => {
    await shop.world.ask((database) => database.run('DROP VIEW orderbak_order'));
    const night = await askOrderbak(shop.world, ['run', '--skip', 'unlink-trash']);
    expect(night).toMatchObject({ code: 1, stdout: '' });
    expect(night.stderr).toContain('orderbak run: unlink-discuss was not begun: insert ended with 1\n');
    const [last, ...before] = (await rows()).reverse();
    expect([...before.slice(0, 2), last]).toMatchObject([
      { step: 'unlink-discuss', status: 'cancelled', error: 'not begun: insert ended with 1' },
      { step: 'insert', status: 'failed', exit_code: 1 },
      { step: 'unlink-backed-up', status: 'cancelled' },
    ]);
    expect(before[2]).toMatchObject({ step: 'run', status: 'failed', exit_code: 1 });
    const quiet = await askOrderbak(shop.world, ['run', '--only', 'insert', '--json', '--quiet']);
    expect(quiet.stderr).toContain('orderbak insert: 0 done');
    // Where only a script reads the answer, cron still has something to mail.
    const told = (stderr: string) => stderr.replaceAll(/run \d+/g, 'run');
    const asked = await askOrderbak(shop.world, ['run', '--skip', 'unlink-trash', '--json']);
    expect(asked.code).toBe(1);
    expect(told(asked.stderr)).toBe(told(night.stderr));
  });

  test('is gone on with by jobs resume: what was not completed of it, as a night of its own', async () => {
    await shop.app.migrate();
    const resumed = await askOrderbak(shop.world, ['jobs', 'resume', 'run', '--json']);
    expect(resumed).toMatchObject({ code: 0, stderr: '' });
    const told = JSON.parse(resumed.stdout) as { run: number; steps: { command: string }[] };
    expect(told.steps.map(({ command }) => command)).toEqual([
      'insert',
      'unlink-discuss',
      'unlink-backed-up',
    ]);
    const before = (await rows()).filter(({ step, id }) => step === 'run' && id !== told.run).at(-1);
    const [row] = await shop.world.ask((database) =>
      database.all('SELECT resumes_id, status FROM orderbak_run WHERE id = ?', [told.run]),
    );
    expect(row).toEqual({ resumes_id: before?.id, status: 'completed' });
    // Three nights are more than ten rows, and still whole: each with its steps under it, in their order.
    const list = await askOrderbak(shop.world, ['jobs', '--json']);
    const { runs } = JSON.parse(list.stdout) as { runs: { id: number; parent: number | null }[] };
    const stepsOf = async (night: unknown) =>
      (await rows()).filter((each) => each.parent_id === night).map(({ id }) => id);
    for (const night of [told.run, before?.id, 1]) {
      const at = runs.findIndex(({ id }) => id === night);
      const steps = await stepsOf(night);
      expect(runs.slice(at + 1, at + 1 + steps.length).map(({ id }) => id)).toEqual(steps);
    }
    expect(runs.length).toBeGreaterThan(10);
  });

  test('refuses steps that this machine does not have', async () => {
    expect(await askOrderbak(shop.world, ['run', '--only', 'pull'])).toMatchObject({ code: 2, stdout: '' });
    expect(await askOrderbak(shop.world, ['run', '--only', 'nonsense'])).toMatchObject({
      code: 2,
      stdout: '',
    });
  });

  test('a step that another process is doing is not begun, which is no failure: status tells of the one at work', async () => {
    await holdInsert(shop.world, 'elsewhere', 1, 600);
    const now = Date.now();
    await shop.world.ask((database) =>
      database.run(
        "INSERT INTO orderbak_run (step, status, dry_run, origin, host, pid, version, started_ms, heard_ms) VALUES ('insert', 'paused', 0, 'cron', 'elsewhere', 1, '0', ?, ?)",
        [now, now],
      ),
    );
    expect((await askOrderbak(shop.world, ['run', '--only', 'insert'])).code).toBe(11);
    const [insert, night] = (await rows()).reverse();
    const error = expect.stringContaining('insert is already running');
    expect(insert).toMatchObject({ step: 'insert', status: 'cancelled', exit_code: 11, error });
    expect(night).toMatchObject({ step: 'run', status: 'cancelled', exit_code: 11 });
    const status = await askOrderbak(shop.world, ['status', '--json']);
    const { needs } = JSON.parse(status.stdout) as { needs: { code: string; message: string }[] };
    expect(needs.filter(({ message }) => message.startsWith('insert '))).toMatchObject([{ code: 'paused' }]);
    await holdInsert(shop.world, 'elsewhere', 1, -1);
  });
});
