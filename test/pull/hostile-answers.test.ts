import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { digestHeader } from '../../src/domain/wire.js';
import type { Finished } from '../support/run.js';
import { type Office, Shop } from './office.js';
import { BUNDLE, fair, LIST, MARK, type ProxyServer, startProxy, type Weather } from './proxy.js';

const ORDER = { jobs: [{ image: 'large.psd', attach: ['a.jpg', 'b ü.txt'], complete: ['c.png'] }] };
const PAGE = Buffer.from('<!doctype html><title>Welcome</title><p>Please sign in to the hotel network.');
const SMALL = ['a.jpg', 'b ü.txt', 'c.png'];

/** The four questions, by the paths on which they are asked. */
const CALLS = { list: LIST, file: '/admin/backup/order_file/', bundle: BUNDLE, mark: MARK } as const;
type Call = keyof typeof CALLS;

const ALL = ['large.psd', ...SMALL];

/** What stands in place of an answer for good, how the run ends, and what the server has marked by then. */
const GAMES: readonly (readonly [keyof typeof WEATHERS, Call, number, readonly string[]])[] = [
  ['elsewhere', 'list', 1, []],
  ['elsewhere', 'file', 3, SMALL],
  ['elsewhere', 'bundle', 0, ALL],
  ['elsewhere', 'mark', 3, []],
  ['page', 'mark', 75, []],
  ['gzip', 'list', 75, []],
  ['gzip', 'bundle', 0, ALL],
  // The server has heard the mark; its answer is what nobody could read.
  ['gzip', 'mark', 75, ['large.psd']],
  ['half', 'list', 75, []],
  // A bit of a name was turned: the bytes would be kept as another file.
  ['bit', 'list', 75, []],
  ['half', 'mark', 75, ['large.psd']],
];

const WEATHERS = {
  elsewhere: (url) => async () => {
    const headers = { location: `${url}${LIST}`, 'content-type': 'text/html' };
    return { status: 307, headers, body: PAGE };
  },
  page: () => async () => ({ status: 200, headers: { 'content-type': 'text/html' }, body: PAGE }),
  gzip: () => async (_, forward) => {
    const { headers, body, status } = await forward();
    const { 'content-length': _length, ...others } = headers;
    return { status, headers: { ...others, 'content-encoding': 'gzip' }, body: gzipSync(body) };
  },
  bit: () => async (_, forward) => {
    const answer = await forward();
    return { ...answer, body: Buffer.from(answer.body.toString('utf8').replace('large.psd', 'marge.psd')) };
  },
  half: () => async (_, forward) => {
    const answer = await forward();
    return { ...answer, cut: Math.floor(answer.body.length / 2) };
  },
} satisfies Record<string, (elsewhere: string) => Weather>;

describe.concurrent('answers of somebody else', () => {
  let shop: Shop;
  let elsewhere: ProxyServer;
  const played = new Map<string, { office: Office; finished: Finished }>();

  beforeAll(async () => {
    const orders = Object.fromEntries(GAMES.map(([how, call]) => [`${how} ${call}`, ORDER]));
    shop = await Shop.open({ ...orders, lying: ORDER }, { 'large.psd': 1_100_000 });
    elsewhere = await startProxy(shop.serve.url);
    // They wait between their tries, so they wait together, more of them than there are kept processes.
    await Promise.all(
      GAMES.map(async ([how, call]) => {
        const name = `${how} ${call}`;
        const weather = WEATHERS[how](elsewhere.url);
        const office = await shop.office(name, (asked, forward) =>
          asked.path.startsWith(CALLS[call]) ? weather(asked, forward) : forward(),
        );
        played.set(name, { office, finished: await office.begin(['--transfers', '1']).finished });
      }),
    );
  });
  afterAll(async () => {
    elsewhere.close();
    await shop.close();
  });

  test.for(GAMES)(
    '%s, in place of the answer to %s: exit %i, nothing of it in the store',
    async ([how, call, code, marked]) => {
      const { office, finished } = played.get(`${how} ${call}`) as { office: Office; finished: Finished };
      expect(finished).toMatchObject({ code, signal: null, stdout: '' });
      if (code === 0) expect(finished.stderr).toBe('');
      else
        expect(finished.stderr).toMatch(
          /redirects are not followed|is there a proxy|is \[pull\] url right|the transfer broke off|changed on its way/,
        );
      expect(await office.strangers()).toEqual([]);
      await office.expectMarked(marked);
    },
  );

  test('nobody is asked to whom an answer points, so that the token stays where it belongs', () => {
    expect(elsewhere.asked).toEqual([]);
  });

  test('a digest that is not that of the bytes: no name for them, in a bundle or alone', async () => {
    const lie = digestHeader(createHash('sha256').update('something else').digest('hex'));
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

/** A bundle in which every digest is another, and its header still sums up. */
function swapped(body: Buffer): Buffer {
  const text = body.toString('latin1');
  return Buffer.from(
    text.replace(
      /([0-7]{6}\0 0)([0-9a-f]{64})/g,
      (_, before: string, sha256: string) => before + [...sha256].reverse().join(''),
    ),
    'latin1',
  );
}
