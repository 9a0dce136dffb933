import { appendFile, mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Office, Shop, someBytes } from './office.js';
import { type Answer, fair, isDownload, LIST } from './proxy.js';

const BIG = 3_000_000;
const HALF = 1_100_000;
/** A second's worth comes at once, the rest slowly: there is time to break in. */
const SLOW = { env: { ORDERBAK_PULL_RATE_LIMIT: '1MB' } };

const big = { jobs: [{ complete: ['big.psd'] }] };

describe.concurrent('a large file whose transfer is broken off', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await Shop.open(
      {
        killed: big,
        changed: big,
        whole: big,
        asked: big,
        lost: big,
        damaged: big,
        longer: big,
        '416': big,
        '400': big,
        '304': big,
        'another range': big,
        'a shorter range': big,
        'no range': big,
        early: big,
        swept: big,
        held: big,
      },
      { 'big.psd': BIG },
    );
  });
  afterAll(() => shop.close());

  /** Ends a run in the middle of the file, and forgets what was asked until then. */
  async function breakOff(office: Office, signal: 'SIGKILL' | 'SIGTERM') {
    const run = office.begin([], SLOW);
    await office.untilHalf(run, HALF);
    run.child.kill(signal);
    const finished = await run.finished;
    expect(await readdir(office.store)).not.toContain(office.order.folder);
    await office.expectMarked([]);
    office.proxy.takeDownloads();
    return finished;
  }

  async function partPath(office: Office): Promise<string> {
    const folder = path.join(office.store, '.orderbak/part');
    const [name] = await readdir(folder);
    return path.join(folder, name ?? '');
  }

  test('kill -9, then again: goes on where it ended', async () => {
    const office = await shop.office('killed');
    expect((await breakOff(office, 'SIGKILL')).signal).toBe('SIGKILL');
    const half = (await stat(await partPath(office))).size;
    await office.pullWell();
    const [{ asked, answer } = { asked: undefined, answer: undefined }, ...others] =
      office.proxy.answered.filter((exchange) => isDownload(exchange.asked));
    expect(others).toEqual([]);
    const from = Number(/^bytes=(\d+)-$/.exec(asked?.headers.range ?? '')?.[1]);
    expect(half - from).toBeLessThanOrEqual(1);
    expect(asked?.headers['if-range']).toMatch(/^"[0-9a-f]{64}"$/);
    expect(answer?.status).toBe(206);
    expect(answer?.body.length).toBe(BIG - from);
    await office.expectAllStored();
  });

  test('what the store holds already needs no half file', async () => {
    const office = await shop.office('held');
    await office.pullWell();
    const [row] = await shop.rows(office.order);
    const folder = path.join(office.store, '.orderbak/part');
    await writeFile(path.join(folder, `${row?.id}.part`), someBytes(HALF, 'of a run that was killed'));
    await shop.forgetMarks(office.order);
    office.proxy.takeDownloads();
    await office.pullWell();
    expect(office.proxy.takeDownloads()).toEqual([]);
    expect(await readdir(folder)).toEqual([]);
    await office.expectAllStored();
  });

  test('SIGTERM: exit 143, and the next run finishes', async () => {
    const office = await shop.office('asked');
    expect(await breakOff(office, 'SIGTERM')).toMatchObject({ code: 143, signal: null, stdout: '' });
    await office.pullWell();
    expect(office.proxy.takeDownloads().map(({ headers }) => headers.range)).toEqual([
      expect.stringMatching(/^bytes=\d{7}-$/),
    ]);
    await office.expectAllStored();
  });

  test('SIGTERM before the list is there: exit 143, and not a word', async () => {
    const office = await shop.office('early', ({ path: asked }, forward) =>
      asked.startsWith(LIST) ? new Promise(() => {}) : forward(),
    );
    const run = office.begin();
    while (office.proxy.asked.length === 0) await sleep(10);
    run.child.kill('SIGTERM');
    expect(await run.finished).toEqual({ code: 143, signal: null, stdout: '', stderr: '' });
    office.proxy.weather = fair;
    await office.pullWell();
    await office.expectAllStored();
  });

  test('the file changes on the server meanwhile: fetched again from its start', async () => {
    const office = await shop.office('changed');
    await breakOff(office, 'SIGKILL');
    await writeFile(office.onServer('big.psd'), someBytes(BIG, 'the photographer sent another one'));
    await office.pullWell();
    const downloads = office.proxy.answered.filter(({ asked }) => isDownload(asked));
    expect(downloads.map(({ asked, answer }) => [asked.headers.range, answer.status])).toEqual([
      [expect.stringMatching(/^bytes=/), 200],
    ]);
    await office.expectAllStored();
  });

  test('a half file that is whole already is kept, and not fetched once more', async () => {
    const office = await shop.office('whole');
    await breakOff(office, 'SIGKILL');
    const part = await partPath(office);
    await appendFile(part, (await readFile(office.onServer('big.psd'))).subarray((await stat(part)).size));
    await office.pullWell();
    const downloads = office.proxy.answered.filter(({ asked }) => isDownload(asked));
    expect(downloads.reduce((sum, { answer }) => sum + answer.body.length, 0)).toBeLessThan(1000);
    await office.expectAllStored();
  });

  test('a half file whose row is not listed any more goes after 30 days, a younger one stays', async () => {
    const office = await shop.office('swept');
    const folder = path.join(office.store, '.orderbak/part');
    await mkdir(folder, { recursive: true });
    const day = 24 * 60 * 60;
    for (const [name, days] of [
      ['990001.part', 31],
      ['sums-990001.tmp', 31],
      ['990002.part', 29],
    ] as const) {
      await writeFile(path.join(folder, name), 'half');
      const at = Date.now() / 1000 - days * day;
      await utimes(path.join(folder, name), at, at);
    }
    await office.pullWell();
    expect(await readdir(folder)).toEqual(['990002.part']);
  });

  test('a half file that was damaged on the disk costs a second transfer, not the file', async () => {
    const office = await shop.office('damaged');
    await breakOff(office, 'SIGKILL');
    const part = await partPath(office);
    const bytes = await readFile(part);
    bytes.fill(0, 5000, 6000);
    await writeFile(part, bytes);
    await office.pullWell();
    expect(office.proxy.takeDownloads().map(({ headers }) => headers.range)).toEqual([
      expect.stringMatching(/^bytes=/),
      undefined,
    ]);
    await office.expectAllStored();
  });

  test('a half file that is longer than the file is thrown away, and the file fetched whole', async () => {
    const office = await shop.office('longer');
    await breakOff(office, 'SIGKILL');
    await appendFile(await partPath(office), Buffer.alloc(BIG));
    await office.pullWell();
    expect(office.proxy.takeDownloads().map(({ headers }) => headers.range)).toEqual([
      expect.stringMatching(/^bytes=/),
      undefined,
    ]);
    await office.expectAllStored();
  });

  test.each<[string, (answer: Answer) => Answer]>([
    ['416', (answer) => ({ ...answer, status: 416, body: Buffer.alloc(0) })],
    ['400', (answer) => ({ ...answer, status: 400, body: Buffer.from('no ranges here') })],
    ['304', ({ headers }) => ({ status: 304, headers: { etag: headers.etag }, body: Buffer.alloc(0) })],
    [
      'another range',
      (answer) => ({
        ...answer,
        headers: { ...answer.headers, 'content-range': `bytes 0-${BIG - 1}/${BIG}` },
      }),
    ],
    [
      'a shorter range',
      ({ headers, ...answer }) => {
        const first = Number(/\d+/.exec(String(headers['content-range']))?.[0]);
        const said = { 'content-range': `bytes ${first}-${first + 999}/${BIG}`, 'content-length': '1000' };
        return { ...answer, headers: { ...headers, ...said }, body: answer.body.subarray(0, 1000) };
      },
    ],
    ['no range', ({ headers: { 'content-range': _, ...headers }, ...answer }) => ({ ...answer, headers })],
  ])('a range that somebody answers with %s: the file is fetched whole', async (name, spoil) => {
    const office = await shop.office(name);
    await breakOff(office, 'SIGKILL');
    office.proxy.weather = async (asked, forward) => {
      const answer = await forward();
      return asked.headers.range === undefined ? answer : spoil(answer);
    };
    await office.pullWell();
    expect(office.proxy.takeDownloads().at(-1)?.headers.range).toBe(undefined);
    await office.expectAllStored();
  });

  test('the transfer breaks again and again: each time it goes on from there', async () => {
    const office = await shop.office('lost', async (asked, forward) => {
      const answer = await forward();
      return isDownload(asked) && answer.body.length > 1_000_000 ? { ...answer, cut: 900_000 } : answer;
    });
    await office.pullWell();
    const starts = office.proxy
      .takeDownloads()
      .map(({ headers }) => Number(/\d+/.exec(headers.range ?? '0')?.[0]));
    expect(starts.length).toBeGreaterThan(2);
    expect(starts).toEqual([...new Set(starts)].sort((a, b) => a - b));
    await office.expectAllStored();
  });
});
