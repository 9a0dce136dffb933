import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Finished } from '../support/run.js';
import { type Office, Shop } from './office.js';
import { BUNDLE, fair, isDownload, LIST, type Weather } from './proxy.js';
import { SPOILERS, type Spoiler, type SpoilerName, spoiling } from './spoilers.js';

const PAGE = Buffer.from('<h1>Later</h1>');
const LARGE_SIZE = 1_100_000;
const LARGE = { jobs: [{ image: 'first.psd', attach: ['good.psd'], complete: ['a.jpg', 'b.txt'] }] };
const SMALL = { jobs: [{ image: 'one.jpg', attach: ['two.pdf', 'drei ü.txt'], complete: ['four.png'] }] };

/** Each of these files has its own trouble. */
const TROUBLED = new Map(Object.values(SPOILERS).map((spoil, i) => [`bad ${i}.psd`, spoil as Spoiler]));
const MIXED = { jobs: [...TROUBLED.keys(), 'good.psd', 'a.jpg', 'b.txt'].map((image) => ({ image })) };

const BUNDLES: readonly SpoilerName[] = [
  'flips a bit',
  'cuts the end off and corrects the length',
  'lets the line go dead in the middle',
  'answers with a page of its own',
];

/** What the list's answer becomes, and how the run ends. */
const LISTS: readonly (readonly [SpoilerName, 1 | 75])[] = [
  ['drops the question', 75],
  ['answers 502', 75],
  ['answers with a page of its own', 75],
  ['sends somewhere else', 1],
];

/** From some file on, the server says only this. */
const ENDS: readonly (readonly [string, Weather, 4 | 75])[] = [
  ['is dead after the list', turning(0, async () => 'drop'), 75],
  ['is dead after the first file', turning(1, async () => 'drop'), 75],
  [
    'refuses the token after the first file',
    turning(1, async () => {
      const body = Buffer.from('{"error":{"code":"unauthorized","message":"a bearer token is needed"}}');
      return { status: 401, headers: {}, body };
    }),
    4,
  ],
];

/** Fair until the first list is answered and so many files are fetched. */
function turning(files: number, weather: Weather): Weather {
  let lists = 1;
  let left = files;
  return async (asked, forward) => {
    if (asked.path.startsWith(LIST) && lists > 0) lists -= 1;
    else if (isDownload(asked) && left > 0) left -= 1;
    else return weather(asked, forward);
    return forward();
  };
}

describe('a bad network', () => {
  let shop: Shop;
  const played = new Map<string, { office: Office; finished: Finished }>();

  async function play(name: string, weather: Weather): Promise<void> {
    const office = await shop.office(name, weather);
    const finished = await office.begin(['--transfers', name === 'mixed' ? '16' : '1']).finished;
    played.set(name, { office, finished });
  }

  beforeAll(async () => {
    const large = [...LISTS, ...ENDS].map(([name]) => [name, LARGE] as const);
    const small = BUNDLES.map((name) => [`bundle: ${name}`, SMALL] as const);
    let refusals = 2;
    const sizes = ['first.psd', 'good.psd', ...TROUBLED.keys()].map((name) => [name, LARGE_SIZE] as const);
    shop = await Shop.open(
      { mixed: MIXED, busy: SMALL, ...Object.fromEntries([...large, ...small]) },
      Object.fromEntries(sizes),
    );
    const rows = await shop.rows(shop.order('mixed'));
    const names = new Map(rows.map((row) => [String(row.id), row.name]));
    // They wait between their tries, so they wait together, more of them than there are kept processes.
    await Promise.all([
      play(
        'mixed',
        spoiling(({ path }) => TROUBLED.get(names.get(path.split('/').at(-1) ?? '') ?? '')),
      ),
      play('busy', async ({ path }, forward) =>
        path === BUNDLE && refusals-- > 0
          ? { status: refusals > 0 ? 503 : 429, headers: {}, body: PAGE }
          : forward(),
      ),
      ...BUNDLES.map((name) =>
        play(
          `bundle: ${name}`,
          spoiling((asked) => (asked.path === BUNDLE ? SPOILERS[name] : undefined)),
        ),
      ),
      ...LISTS.map(([name]) =>
        play(
          name,
          spoiling((asked) => (asked.path.startsWith(LIST) ? SPOILERS[name] : undefined)),
        ),
      ),
      ...ENDS.map(([name, weather]) => play(name, weather)),
    ]);
  });
  afterAll(() => shop.close());

  function resultOf(name: string): { office: Office; finished: Finished } {
    const result = played.get(name);
    if (result === undefined) throw new Error(`${name} was not played`);
    return result;
  }

  test('what arrives wrong gets no name, the others go on, and the next run brings the rest', async () => {
    const { office, finished } = resultOf('mixed');
    expect(finished).toMatchObject({ code: 3, signal: null, stdout: '' });
    expect(finished.stderr).not.toContain('Warning');
    expect(finished.stderr).toContain(`3 done, ${TROUBLED.size} failed`);
    for (const name of TROUBLED.keys()) expect(finished.stderr).toContain(name);
    expect(await office.strangers()).toEqual([]);
    await office.expectMarked(['good.psd', 'a.jpg', 'b.txt']);
    expect(await office.sums()).toEqual([]);
    office.proxy.weather = fair;
    office.proxy.takeDownloads();
    await office.pullWell();
    expect(office.proxy.takeDownloads()).toHaveLength(TROUBLED.size);
    await office.expectAllStored();
  });

  test.for(BUNDLES)(
    'a bundle that a proxy spoils (%s): what did not come is fetched by itself',
    async (name) => {
      const { office, finished } = resultOf(`bundle: ${name}`);
      expect(finished).toEqual({ code: 0, signal: null, stdout: '', stderr: '' });
      expect(office.proxy.takeDownloads().length).toBeGreaterThan(1);
      await office.expectAllStored();
    },
  );

  test('a proxy that has no time for a bundle (503, 429) is asked for it again, not for each file', async () => {
    const { office, finished } = resultOf('busy');
    expect(finished).toEqual({ code: 0, signal: null, stdout: '', stderr: '' });
    expect(office.proxy.takeDownloads().map(({ path }) => path)).toEqual([BUNDLE, BUNDLE, BUNDLE]);
    await office.expectAllStored();
  });

  test.for(LISTS)('a list that a proxy spoils (%s): exit %i', async ([name, code]) => {
    const { office, finished } = resultOf(name);
    expect(finished).toMatchObject({ code, signal: null, stdout: '' });
    expect(finished.stderr).not.toMatch(/\n\s+at /);
    expect(office.proxy.takeDownloads()).toEqual([]);
    await office.expectMarked([]);
  });

  test.for(ENDS)('a server that %s', async ([name, , code]) => {
    const { office, finished } = resultOf(name);
    expect(finished).toMatchObject({ code, signal: null, stdout: '' });
    await office.expectMarked([]);
    expect(await office.strangers()).toEqual([]);
    office.proxy.weather = fair;
    await office.pullWell();
    await office.expectAllStored();
  });
});
