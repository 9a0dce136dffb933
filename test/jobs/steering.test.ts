import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Office, Shop } from '../pull/office.js';
import { fair, isDownload, LIST, type Weather } from '../pull/proxy.js';
import { askOrderbak } from '../support/kept-orderbak.js';
import type { Finished } from '../support/run.js';

const BIG = 3_000_000;
const HALF = 1_000_000;
const SMALL = Array.from({ length: 30 }, (_, n) => `small-${n}.tif`);
const MANY = Array.from({ length: 60 }, (_, n) => `many-${n}.tif`);
const small = { jobs: [{ complete: SMALL }] };
const many = { jobs: [{ complete: MANY }] };
const big = { jobs: [{ complete: ['big.psd'] }] };

/** The first part of a download comes at once, the rest when it is let. */
function tap(at = HALF + 100_000): { weather: Weather; open: () => void } {
  let open = () => {};
  const when = new Promise<void>((resolve) => {
    open = resolve;
  });
  const weather: Weather = async (asked, forward) => {
    const answer = await forward();
    return isDownload(asked) ? { ...answer, later: { at, when } } : answer;
  };
  return { weather, open: () => open() };
}

describe.concurrent('a large download', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await Shop.open(
      { paused: big, cancelled: big, left: big, early: big, small, many },
      { 'big.psd': BIG, ...Object.fromEntries([...SMALL, ...MANY].map((name) => [name, 60_000])) },
    );
  });
  afterAll(() => shop.close());

  const jobs = async (office: Office, ...args: string[]): Promise<Finished> => {
    const env = { ORDERBAK_PULL_STORE: office.store };
    return askOrderbak(shop.world, ['jobs', ...args], { bare: true, env });
  };
  const show = async (office: Office, target = 'pull') =>
    (JSON.parse((await jobs(office, 'show', target, '--json')).stdout) as { run: Record<string, unknown> })
      .run;

  const untilHeld = async (office: Office) => {
    while (!JSON.stringify((await show(office)).parts).includes('"paused"')) await sleep(50);
  };

  test('is held at its next block, keeps its lease, and goes on without loss', async () => {
    const { weather, open } = tap();
    const office = await shop.office('paused', weather);
    const run = office.begin(['--json']);
    await office.untilHalf(run, HALF);
    const paused = await jobs(office, 'pause', 'pull');
    expect(paused).toMatchObject({ code: 0, stdout: 'Run 1 (pull) is paused.\n', stderr: '' });
    const half = await office.parts();
    expect(half[0]).toBeLessThan(BIG);
    open();

    const second = await office.pull();
    expect(second).toMatchObject({ code: 11, stdout: '' });
    // The run is paused at once, its order when the block has come that was on its way.
    await untilHeld(office);
    expect(await show(office)).toMatchObject({
      status: 'paused',
      wanted: 'pause',
      counts: { planned: 1, done: 0 },
      bytesPlanned: BIG,
      rate: 0,
      etaMs: null,
      orders: { planned: 1, done: 0 },
      parts: [{ order: office.order.id, status: 'paused', counts: { planned: 1 } }],
    });
    const env = { ORDERBAK_PULL_STORE: office.store };
    const { stdout } = await askOrderbak(shop.world, ['status'], { bare: true, env });
    expect(stdout).toMatch(/ paused: 0 done/);
    expect(stdout).not.toContain('is to pause');
    expect(await office.parts()).toEqual(half);

    expect(await jobs(office, 'resume', '1')).toMatchObject({ code: 0, stderr: '' });
    expect(await run.finished).toMatchObject({ code: 0, stderr: '' });
    // On a slow machine the pause may be longer than a line lives without a word: then it goes on from where it was.
    const [first, ...others] = office.proxy.takeDownloads().map(({ headers }) => headers.range);
    expect(first).toBe(undefined);
    for (const range of others) expect(range).toMatch(/^bytes=[1-9]\d{5,}-$/);
    await office.expectAllStored();
    expect(await show(office)).toMatchObject({
      status: 'completed',
      wanted: null,
      exit: 0,
      bytes: BIG,
      orders: { planned: 1, done: 1, last: office.order.id },
      parts: [{ status: 'completed', counts: { planned: 1, done: 1 } }],
    });
  });

  test('that is cancelled leaves nothing half done, and the next run does it all', async () => {
    const office = await shop.office('cancelled', tap().weather);
    const run = office.begin(['--json']);
    await office.untilHalf(run, HALF);
    expect((await jobs(office, 'cancel', 'pull')).code).toBe(0);
    const { code, stdout, stderr } = await run.finished;
    expect({ code, stderr }).toEqual({ code: 130, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, counts: { planned: 1, done: 0, failed: 0 } });
    expect(await office.parts()).toEqual([]);
    await office.expectMarked([]);
    expect(await show(office)).toMatchObject({ status: 'cancelled', error: null });
    expect(await jobs(office, 'pause', '1')).toMatchObject({ code: 1, stdout: '' });

    office.proxy.weather = fair;
    await office.pullWell();
    await office.expectAllStored();
    const list = await jobs(office);
    expect(
      list.stdout
        .trim()
        .split('\n')
        .map((line) => line.split(/\s+/).slice(1, 3)),
    ).toEqual([
      ['pull', 'completed'],
      ['pull', 'cancelled'],
    ]);
    const watched = await jobs(office, 'watch', 'pull', '--json');
    expect(watched).toMatchObject({ code: 0, stderr: '' });
    expect(
      watched.stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toMatchObject([{ id: 2, step: 'pull', status: 'completed' }]);
    expect(await jobs(office, 'cancel', '1', '--remove')).toMatchObject({ code: 0 });
    expect(await jobs(office, 'show', '1')).toMatchObject({ code: 2, stdout: '' });
    expect((await jobs(office, 'clear', '2')).stdout).toBe('1 run is forgotten.\n');
    expect((await jobs(office)).stdout).toBe('Nothing has run yet.\n');
    await office.expectMarked(['big.psd']);
  });

  test('of an order that is left out: the run ends without it, whole', async () => {
    const office = await shop.office('left', tap().weather);
    const run = office.begin(['--json']);
    await office.untilHalf(run, HALF);
    const order = String(office.order.id);
    for (const verb of ['pause', 'cancel', 'resume'])
      expect(await jobs(office, verb, 'pull', '--order', '99999')).toMatchObject({
        code: 2,
        stdout: '',
        stderr: expect.stringContaining('run 1 (pull) has no order 99999'),
      });
    expect((await jobs(office, 'pause', 'pull', '--order', order)).code).toBe(0);
    await sleep(50);
    expect((await jobs(office, 'cancel', 'pull', '--order', order)).code).toBe(0);
    const { code, stdout } = await run.finished;
    expect({ code, ...(JSON.parse(stdout) as object) }).toMatchObject({
      code: 0,
      counts: { planned: 1, done: 0, skipped: 1, failed: 0 },
    });
    expect(await office.parts()).toEqual([]);
    expect(await show(office)).toMatchObject({ status: 'completed', parts: [{ status: 'cancelled' }] });
  });

  test('whose list does not come is cancelled all the same', async () => {
    const office = await shop.office('early', ({ path: asked }, forward) =>
      asked.startsWith(LIST) ? new Promise(() => {}) : forward(),
    );
    const run = office.begin();
    while (office.proxy.asked.length === 0) await sleep(10);
    expect((await jobs(office, 'cancel', 'pull')).code).toBe(0);
    expect(await run.finished).toEqual({ code: 130, signal: null, stdout: '', stderr: '' });
  });

  test('of many small files in one is held too, and shows how far it is', async () => {
    const { weather, open } = tap(1_500_000);
    const office = await shop.office('many', weather);
    const run = office.begin();
    while ((await office.parts()).length < 3) await sleep(10);
    expect((await jobs(office, 'pause', 'pull')).code).toBe(0);
    open();
    await Promise.race([untilHeld(office), run.finished]);
    const half = (await show(office)).bytes as number;
    expect(half).toBeGreaterThan(0);
    expect(half).toBeLessThan(MANY.length * 60_000);
    await office.expectMarked([]);
    expect((await jobs(office, 'resume', 'pull')).code).toBe(0);
    expect(await run.finished).toEqual({ code: 0, signal: null, stdout: '', stderr: '' });
    await office.expectAllStored();
    expect(await show(office)).toMatchObject({ status: 'completed', bytes: MANY.length * 60_000 });
  });

  test('of many small files in one is cancelled: what has come is kept whole, nothing else is left', async () => {
    const office = await shop.office('small', tap(1_500_000).weather);
    const run = office.begin(['--verbose']);
    while ((await office.parts()).length < 3) await sleep(10);
    expect((await jobs(office, 'cancel', 'pull')).code).toBe(0);
    const { code, stdout, stderr } = await run.finished;
    expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
    expect(stderr).toMatch(
      /^✖ pull {2}0 files copied .*\n {2}ended early as it was asked to; the next run goes on\n {2}\d+ files? .*in the store, and not marked on the server yet\n$/,
    );
    // Nothing is marked, and no run went well: it has talked to the server all the same.
    const env = { ORDERBAK_PULL_STORE: office.store };
    const status = await askOrderbak(shop.world, ['status'], { bare: true, env });
    expect(status.stdout).toMatch(/^last contact with the server: 2\d{3}-/m);
    expect(await office.parts()).toEqual([]);
    expect(await office.strangers()).toEqual([]);
    await office.expectMarked([]);
    office.proxy.weather = fair;
    await office.pullWell();
    await office.expectAllStored();
  });
});
