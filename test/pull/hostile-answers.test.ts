import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { reprDigest } from '../../src/domain/wire.js';
import type { Finished } from '../support/run.js';
import { type Office, Shop } from './office.js';
import { BUNDLE, fair, LIST, MARK, type ProxyServer, startProxy, type Weather } from './proxy.js';

const ORDER = { jobs: [{ image: 'large.psd', attach: ['a.jpg', 'b ü.txt'], complete: ['c.png'] }] };
const PAGE = Buffer.from('<!doctype html><title>Welcome</title><p>Please sign in to the hotel network.');
const SMALL = ['a.jpg', 'b ü.txt', 'c.png'];

/** The four questions, by the paths on which they are asked. */
const CALLS = { list: LIST, file: '/admin/backup/order_file/', bundle: BUNDLE, mark: MARK } as const;
type Call = keyof typeof CALLS;

/** What the run comes to when one of the questions is answered so for good; `marked` = what the server believes by then. */
const FATES: Record<
  'elsewhere' | 'page' | 'gzip',
  Record<Call, { code: number; marked: readonly string[] }>
> = {
  elsewhere: {
    list: { code: 1, marked: [] },
    file: { code: 3, marked: SMALL },
    bundle: { code: 0, marked: [...SMALL, 'large.psd'] },
    mark: { code: 3, marked: [] },
  },
  page: {
    list: { code: 75, marked: [] },
    file: { code: 3, marked: SMALL },
    bundle: { code: 0, marked: [...SMALL, 'large.psd'] },
    mark: { code: 75, marked: [] },
  },
  gzip: {
    list: { code: 75, marked: [] },
    file: { code: 3, marked: SMALL },
    bundle: { code: 0, marked: [...SMALL, 'large.psd'] },
    // The server has heard the mark; its answer is what nobody could read.
    mark: { code: 75, marked: ['large.psd'] },
  },
};

describe.concurrent('answers of somebody else', () => {
  let shop: Shop;
  let elsewhere: ProxyServer;
  const played = new Map<string, { office: Office; finished: Finished }>();

  const weathers: Record<keyof typeof FATES, Weather> = {
    elsewhere: async () => {
      const headers = { location: `${elsewhere.url}${LIST}`, 'content-type': 'text/html' };
      return { status: 307, headers, body: PAGE };
    },
    page: async () => ({ status: 200, headers: { 'content-type': 'text/html' }, body: PAGE }),
    gzip: async (_, forward) => {
      const { headers, body, status } = await forward();
      const { 'content-length': _length, ...others } = headers;
      return { status, headers: { ...others, 'content-encoding': 'gzip' }, body: gzipSync(body) };
    },
  };
  const games = (Object.keys(FATES) as (keyof typeof FATES)[]).flatMap((how) =>
    (Object.keys(CALLS) as Call[]).map((call) => [how, call] as const),
  );

  beforeAll(async () => {
    const orders = Object.fromEntries(games.map(([how, call]) => [`${how} ${call}`, ORDER]));
    shop = await Shop.open({ ...orders, lying: ORDER }, { 'large.psd': 1_100_000 });
    elsewhere = await startProxy(shop.serve.url);
    // They wait between their tries, so they may wait together.
    await Promise.all(
      games.map(async ([how, call]) => {
        const name = `${how} ${call}`;
        const office = await shop.office(name, (asked, forward) =>
          asked.path.startsWith(CALLS[call]) ? weathers[how](asked, forward) : forward(),
        );
        played.set(name, { office, finished: await office.pull(['--transfers', '1']) });
      }),
    );
  });
  afterAll(async () => {
    elsewhere.close();
    await shop.close();
  });

  test.for(games)(
    '%s, in place of the answer to %s: refused with a reason, nothing of it in the store',
    async ([how, call]) => {
      const { office, finished } = played.get(`${how} ${call}`) as { office: Office; finished: Finished };
      const { code, marked } = FATES[how][call];
      expect(finished).toMatchObject({ code, signal: null, stdout: '' });
      if (code === 0) expect(finished.stderr).toBe('');
      else
        expect(finished.stderr).toMatch(/redirects are not followed|is there a proxy|is \[pull\] url right/);
      expect(await office.strangers()).toEqual([]);
      await office.expectMarked(marked);
      office.proxy.weather = fair;
      await office.pullWell();
      await office.expectAllStored();
    },
  );

  test('nobody is asked to whom an answer points, so that the token stays where it belongs', () => {
    expect(elsewhere.asked).toEqual([]);
  });

  test('a digest that is not that of the bytes: no name for them, in a bundle or alone', async () => {
    const lie = reprDigest(createHash('sha256').update('something else').digest('hex'));
    const office = await shop.office('lying', async ({ path }, forward) => {
      const answer = await forward();
      if (path === BUNDLE) return { ...answer, body: swapped(answer.body) };
      return answer.body.length > 1_000_000
        ? { ...answer, headers: { ...answer.headers, 'repr-digest': lie } }
        : answer;
    });
    const finished = await office.pull();
    expect(finished).toMatchObject({ code: 3, stdout: '' });
    expect(finished.stderr).toContain('what arrived is not what the server says it sent');
    expect(await office.strangers()).toEqual([]);
    await office.expectMarked(SMALL);
    // One bundle whose files were all thrown away, each of them by itself, and the large one again and again.
    const fetched = office.proxy.takeDownloads().map(({ path }) => path);
    expect(fetched.filter((path) => path === BUNDLE)).toHaveLength(1);
    expect(new Set(fetched).size).toBe(5);
    office.proxy.weather = fair;
    await office.pullWell();
    await office.expectAllStored();
  });
});

/** A bundle in which every digest begins with another digit. */
function swapped(body: Buffer): Buffer {
  const text = body.toString('latin1');
  return Buffer.from(
    text.replace(
      /(ORDERBAK\.sha256=)(.)/g,
      (_, key: string, digit: string) => key + (digit === '0' ? '1' : '0'),
    ),
    'latin1',
  );
}
