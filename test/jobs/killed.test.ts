import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openShop } from '../steps/shop.js';
import { countNames } from '../support/count-names.js';
import { ENGINES } from '../support/database.js';
import { start } from '../support/run.js';

const ORDERS = 20;
const PHOTOS = 6;
const CHATS = Array.from({ length: ORDERS }, (_, order) => ({
  jobs: [{ image: `main-${order}.txt` }],
  discusses: [Array.from({ length: PHOTOS }, (__, photo) => `chat-${photo}.jpg`)],
}));

test.each(ENGINES)(
  'unlink-discuss killed in its middle, three times, on %s: nothing is lost, and it finishes',
  async (engine) => {
    const { shop, before } = await openShop(engine, CHATS);
    const { world } = shop;
    await shop.run('insert');
    const gone = () => ORDERS * PHOTOS - countNames(world, 'chat-');
    const thumbs = () => countNames(world, 'chat-', 'thumb');
    /** When each of the runs is killed: at its first thumb, and twice at its first removal. */
    const moments = [thumbs, gone, gone];

    for (const count of moments) {
      const already = count();
      const run = start(world, ['unlink-discuss']);
      while (run.child.exitCode === null && run.child.signalCode === null && count() === already)
        await sleep(5);
      run.child.kill('SIGKILL');
      // The lease of a dead process of this machine is nobody's: none of these runs is told to wait.
      expect(await run.finished).toMatchObject({ code: null, signal: 'SIGKILL', stderr: '' });
      expect(await shop.losses(before)).toEqual([]);
    }
    expect(gone()).toBeLessThan(ORDERS * PHOTOS);

    const last = start(world, ['unlink-discuss', '--json']);
    const { code, stdout } = await last.finished;
    expect({ code, ...(JSON.parse(stdout) as object) }).toMatchObject({
      code: 0,
      ok: true,
      counts: { held: 0, failed: 0 },
    });
    expect(await shop.losses(before)).toEqual([]);
    expect(gone()).toBe(ORDERS * PHOTOS);
    const rows = (await shop.rows()).filter((row) => row.type === 5);
    expect(rows.filter((row) => !row.isUnlinked || row.isMissing)).toEqual([]);
    const deletions = await world.ask((database) => database.all('SELECT * FROM orderbak_deletion'));
    expect(new Set(deletions.map((each) => `${String(each.folder)}/${String(each.filename)}`)).size).toBe(
      ORDERS * PHOTOS,
    );
    expect(deletions.filter((each) => each.done_ms === null)).toEqual([]);
    const left = [...(await shop.disk()).keys()].filter(
      (name) => name.includes('.orderbak-') && name.endsWith('.tmp'),
    );
    // What a killed run was just writing aside may lie there; it is nobody's file, and small.
    expect(left.length).toBeLessThanOrEqual(4 * 4 * moments.length);

    const runs = await world.ask((database) =>
      database.all("SELECT * FROM orderbak_run WHERE step = 'unlink-discuss' ORDER BY id"),
    );
    expect(runs.map((run) => [run.status, run.error])).toEqual([
      ['lost', 'its process is gone'],
      ['lost', 'its process is gone'],
      ['lost', 'its process is gone'],
      ['completed', null],
    ]);
    expect(runs.map((run) => run.host)).toEqual(runs.map(() => hostname()));
    expect(runs.filter((run) => run.ended_ms === null)).toEqual([]);
    await shop.close();
  },
);

test.each([
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)(
  '%s ends a run after the files in hand: what is done is told, and the next run goes on',
  async (signal, exit) => {
    const { shop, before } = await openShop('sqlite', CHATS);
    await shop.run('insert');
    const run = start(shop.world, ['unlink-discuss', '--json']);
    const gone = () => ORDERS * PHOTOS - countNames(shop.world, 'chat-');
    while (run.child.exitCode === null && gone() === 0) await sleep(5);
    run.child.kill(signal);
    const { code, stdout } = await run.finished;
    const summary = JSON.parse(stdout) as { counts: { planned: number; done: number } };
    expect({ code, planned: summary.counts.planned }).toEqual({ code: exit, planned: ORDERS * PHOTOS });
    const done = gone();
    expect(summary.counts.done).toBe(done);
    expect(done).toBeLessThan(ORDERS * PHOTOS);
    expect((await shop.rows()).filter((row) => row.isUnlinked)).toHaveLength(done);
    const [row] = await shop.world.ask((database) =>
      database.all('SELECT * FROM orderbak_run ORDER BY id DESC'),
    );
    expect(row).toMatchObject({ status: 'cancelled', done, error: null });
    expect((await shop.run('unlink-discuss')).counts).toMatchObject({ done: ORDERS * PHOTOS - done });
    expect(await shop.losses(before)).toEqual([]);
    await shop.close();
  },
);

test('nohup keeps its meaning: SIGHUP is nothing to a run that it began', async () => {
  const { shop } = await openShop('sqlite', CHATS);
  await shop.run('insert');
  const run = start(shop.world, ['unlink-discuss'], { env: { _: '/usr/bin/nohup' }, wrap: ['nohup'] });
  const gone = () => ORDERS * PHOTOS - countNames(shop.world, 'chat-');
  while (run.child.exitCode === null && gone() === 0) await sleep(5);
  run.child.kill('SIGHUP');
  expect(await run.finished).toMatchObject({ code: 0 });
  expect(gone()).toBe(ORDERS * PHOTOS);
  await shop.close();
});
