import { appendFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withDatabase } from '../support/database.js';
import { type Office, Shop } from './office.js';
import { type Answer, fair, MARK, type Weather } from './proxy.js';

const ORDER = { jobs: [{ image: 'large.psd', attach: ['a.jpg', 'b ü.txt'], complete: ['c.png'] }] };
// One parcel each: what ends a run ends the other transfers too.
const ONE_LARGE = { jobs: [{ image: 'large.psd' }] };
const SMALL = { jobs: [{ image: 'a.jpg', attach: ['b ü.txt'] }] };
const NAMES = ['large.psd', 'a.jpg', 'b ü.txt', 'c.png'];

/** A weather that is fair but for the marks. */
function onMarks(weather: Weather): Weather {
  return (asked, forward) => (asked.path === MARK ? weather(asked, forward) : forward());
}

/** Changes what the server says of its marks. */
function saying(change: (results: unknown[]) => unknown[]): Weather {
  return onMarks(async (_, forward) => {
    const answer = await forward();
    const { results } = JSON.parse(answer.body.toString('utf8')) as { results: unknown[] };
    return json({ results: change(results) });
  });
}

function json(value: unknown, status = 200): Answer {
  const headers = { 'content-type': 'application/json' };
  return { status, headers, body: Buffer.from(JSON.stringify(value)) };
}

describe.concurrent('the word that tells the server', () => {
  let shop: Shop;
  beforeAll(async () => {
    const names = ['answer lost', 'killed', 'silent', 'foreign', 'mismatch', 'sick'];
    const plans = Object.fromEntries(names.map((name) => [name, ORDER]));
    shop = await Shop.open(
      { ...plans, 'lost on its way': ONE_LARGE, refused: SMALL },
      { 'large.psd': 1_100_000 },
    );
  });
  afterAll(() => shop.close());

  /** The next run tells the server again, and fetches nothing. */
  async function tellsAgain(office: Office): Promise<void> {
    office.proxy.weather = fair;
    office.proxy.takeDownloads();
    await office.pullWell();
    expect(office.proxy.takeDownloads()).toEqual([]);
    await office.expectAllStored();
  }

  test('gets lost: exit 75, and the next run tells it again without a download', async () => {
    const office = await shop.office(
      'lost on its way',
      onMarks(async () => 'drop'),
    );
    expect(await office.pull()).toMatchObject({ code: 75, signal: null, stdout: '' });
    await office.expectMarked([]);
    expect(await office.sums()).toEqual([]);
    await tellsAgain(office);
  });

  test('arrives twice, and its answer is lost twice: it is told again in the same run', async () => {
    let lost = 0;
    const office = await shop.office(
      'answer lost',
      onMarks(async (_, forward) => {
        await forward();
        const answer = await forward();
        return lost++ < 2 ? 'drop' : answer;
      }),
    );
    await office.pullWell();
    await office.expectAllStored();
  });

  test('is heard by the server, but the run is killed before it hears the answer: the next run asks again', async () => {
    const office = await shop.office('killed');
    await office.pullWell();
    const catalog = `sqlite:${path.join(office.store, '.orderbak/catalog.sqlite')}`;
    await withDatabase(catalog, (database) => database.run('UPDATE store_file SET marked_ms = NULL'));
    const [spoiled = ''] = office.names;
    await appendFile(office.inStore(spoiled), 'a bit of rot');
    office.proxy.takeDownloads();
    await office.pullWell();
    expect(office.proxy.takeDownloads()).toEqual([]);
    const unmarked = await withDatabase(catalog, (database) =>
      database.all('SELECT filename FROM store_file WHERE marked_ms IS NULL'),
    );
    // What the store no longer holds as it was kept, is not told of.
    expect(unmarked).toEqual([{ filename: spoiled }]);
    await office.expectMarked(office.names);
  });

  test('is answered for some files only: the others count as failed', async () => {
    const office = await shop.office(
      'silent',
      saying(() => []),
    );
    const finished = await office.pull(['--json']);
    expect(finished.code).toBe(3);
    expect(JSON.parse(finished.stdout)).toMatchObject({
      ok: false,
      counts: { planned: NAMES.length, done: 0, failed: NAMES.length },
      errors: NAMES.map(() => ({ code: 'unanswered' })),
    });
  });

  test('is answered for files that nobody asked about, and twice for others', async () => {
    const office = await shop.office(
      'foreign',
      saying((results) => [...results, ...results, { id: 999_999, status: 'marked' }]),
    );
    const finished = await office.pull(['--json']);
    expect(finished).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(finished.stdout)).toMatchObject({ counts: { planned: 4, done: 4, failed: 0 } });
    await office.expectAllStored();
  });

  test('is told for other bytes than the server has: nothing is marked, the next run comes again', async () => {
    const office = await shop.office(
      'mismatch',
      onMarks(async (asked) => {
        const { files } = JSON.parse(asked.body) as { files: { id: number }[] };
        return json({ results: files.map(({ id }) => ({ id, status: 'mismatch' })) });
      }),
    );
    const finished = await office.pull();
    expect(finished).toMatchObject({ code: 3, stdout: '' });
    for (const name of NAMES) expect(finished.stderr).toContain(`${name}: the file changed on the server`);
    await office.expectMarked([]);
    await tellsAgain(office);
  });

  test('fails for one file: the others are marked', async () => {
    const office = await shop.office('sick');
    const sick = (await shop.rows(office.order)).find((row) => row.name === 'a.jpg')?.id;
    office.proxy.weather = onMarks(async (asked, forward) => {
      const { files } = JSON.parse(asked.body) as { files: { id: number }[] };
      if (files.every(({ id }) => id !== sick)) return forward();
      return json({ error: { code: 'internal', message: 'the server failed; its log says why' } }, 500);
    });
    const finished = await office.pull();
    expect(finished).toMatchObject({ code: 3, stdout: '' });
    expect(finished.stderr).toContain('3 done, 1 failed');
    expect(finished.stderr).toContain('a.jpg: the server failed');
    await office.expectMarked(NAMES.filter((name) => name !== 'a.jpg'));
    await tellsAgain(office);
  });

  test('is refused by somebody in between: exit 4, nothing is lost', async () => {
    const office = await shop.office(
      'refused',
      onMarks(async () => json({ error: { code: 'unauthorized', message: 'who are you?' } }, 401)),
    );
    const finished = await office.pull();
    expect(finished).toMatchObject({ code: 4, stdout: '' });
    expect(finished.stderr).toContain('who are you?');
    await tellsAgain(office);
  });
});
