import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { onHost, whyNoOtherHost } from '../chaos/other-host.js';
import { Shop } from '../pull/office.js';
import { BUNDLE, fair, isDownload, MARK } from '../pull/proxy.js';
import { openShop } from '../steps/shop.js';
import { countNames } from '../support/count-names.js';
import { ENGINES } from '../support/database.js';
import { askOrderbak } from '../support/kept-orderbak.js';
import { type Started, start } from '../support/run.js';

const ORDERS = 10;
const FILES = 100;

interface Told {
  readonly run: number;
  readonly counts: { readonly planned: number; readonly done: number };
}

async function killed(run: Started): Promise<void> {
  run.child.kill('SIGKILL');
  expect((await run.finished).signal).toBe('SIGKILL');
}

test.each(ENGINES)(
  'killed in the middle of 1,000 files on %s, then resumed: no file is touched twice',
  async (engine) => {
    const { shop, before } = await openShop(
      engine,
      Array.from({ length: ORDERS }, () => ({
        discusses: [Array.from({ length: FILES }, (_, n) => `chat-${n}.txt`)],
      })),
    );
    const { world } = shop;
    await shop.run('insert');
    const gone = () => ORDERS * FILES - countNames(world, 'chat-');
    const run = start(world, ['unlink-discuss']);
    while (run.child.exitCode === null && gone() < 100) await sleep(20);
    await killed(run);
    const goneThen = gone();
    expect(goneThen).toBeLessThan(ORDERS * FILES);

    const list = await askOrderbak(world, ['jobs']);
    expect(list.stdout).toMatch(/^2 {2}unlink-discuss {2}lost /);
    const resumed = await askOrderbak(world, ['jobs', 'resume', '2', '--json']);
    expect(resumed).toMatchObject({ code: 0, stderr: '' });
    const told = JSON.parse(resumed.stdout) as Told;
    expect(told.counts).toMatchObject({
      planned: ORDERS * FILES - goneThen,
      done: ORDERS * FILES - goneThen,
    });
    expect(gone()).toBe(ORDERS * FILES);
    const deletions = await world.ask((database) =>
      database.all(
        'SELECT COUNT(*) AS n, COUNT(DISTINCT folder, filename) AS files FROM orderbak_deletion'.replace(
          'COUNT(DISTINCT folder, filename)',
          engine === 'sqlite'
            ? "COUNT(DISTINCT folder || '/' || filename)"
            : 'COUNT(DISTINCT folder, filename)',
        ),
      ),
    );
    expect(deletions).toMatchObject([{ n: ORDERS * FILES, files: ORDERS * FILES }]);
    expect(await shop.losses(before)).toEqual([]);

    const shown = await askOrderbak(world, ['jobs', 'show', String(told.run), '--json']);
    expect(JSON.parse(shown.stdout)).toMatchObject({ run: { status: 'completed', resumes: 2, exit: 0 } });
    const again = await askOrderbak(world, ['jobs', 'resume', String(told.run)]);
    expect(again).toMatchObject({ code: 2, stdout: '' });
    await shop.close();
  },
);

test('a pull that was killed is resumed in its catalog: what is marked is not asked for again', async () => {
  const names = Array.from({ length: 300 }, (_, n) => `complete-${n}.txt`);
  const shop = await Shop.open({ killed: { jobs: [{ complete: names }] } });
  let marks = 0;
  // The server falls silent after the first parcel is marked.
  const office = await shop.office('killed', ({ path }, forward) => {
    if (path === MARK) marks += 1;
    return marks > 1 || (marks === 1 && path === BUNDLE) ? new Promise(() => {}) : forward();
  });
  const env = { ORDERBAK_PULL_TRANSFERS: '1' };
  const run = office.begin([], { env });
  const marked = async () =>
    (await shop.rows(office.order)).filter((row) => row.isBackedUp).map(({ id }) => id);
  while (run.child.exitCode === null && (await marked()).length === 0) await sleep(20);
  const already = await marked();
  await killed(run);
  expect(already.length).toBeLessThan(names.length);

  office.proxy.weather = fair;
  office.proxy.takeDownloads();
  const settings = { ...env, ORDERBAK_PULL_URL: office.proxy.url, ORDERBAK_PULL_STORE: office.store };
  const resumed = await askOrderbak(shop.world, ['jobs', 'resume', 'pull', '--json'], {
    bare: true,
    env: { ...settings, ORDERBAK_PULL_TOKEN: shop.world.token },
  });
  expect(resumed).toMatchObject({ code: 0, stderr: '' });
  expect((JSON.parse(resumed.stdout) as Told).counts.done).toBe(names.length - already.length);
  const asked = office.proxy.asked
    .filter(isDownload)
    .flatMap(({ body }) => (JSON.parse(body) as { ids: number[] }).ids);
  expect(asked.filter((id) => already.includes(id))).toEqual([]);
  await office.expectAllStored();
  await shop.close();
});

test.skipIf((await whyNoOtherHost()) !== null)(
  'a run on another machine is paused, resumed and cancelled through the database',
  async () => {
    const shop = await Shop.open({ far: { jobs: [{ complete: ['big.psd'] }] } }, { 'big.psd': 2_000_000 });
    const office = await shop.office('far', async (asked, forward) => {
      const answer = await forward();
      return isDownload(asked)
        ? { ...answer, later: { at: 1_100_000, when: new Promise(() => {}) } }
        : answer;
    });
    const jobs = (...args: string[]) =>
      askOrderbak(shop.world, ['jobs', ...args], { bare: true, env: { ORDERBAK_PULL_STORE: office.store } });
    const run = office.begin([], { wrap: onHost('far-away') });
    await office.untilHalf(run, 1_000_000);
    expect(await jobs('pause', 'pull')).toMatchObject({ code: 0, stdout: 'Run 1 (pull) is paused.\n' });
    expect(JSON.parse((await jobs('show', '1', '--json')).stdout)).toMatchObject({
      run: { status: 'paused', host: 'far-away' },
    });
    expect((await jobs('resume', 'pull')).code).toBe(0);
    expect((await jobs('cancel', '1', '--remove')).stdout).toBe(
      'Run 1 (pull) is cancelled, and its record is gone.\n',
    );
    expect((await run.finished).code).toBe(130);
    expect(await office.parts()).toEqual([]);
    expect((await jobs()).stdout).toBe('Nothing has run yet.\n');
    await shop.close();
  },
);
