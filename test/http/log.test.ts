import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { requestLine } from '../../src/cli/request-line.js';
import type { Answered } from '../../src/http/answered.js';
import { Shop } from '../pull/office.js';
import { keepServe } from '../support/kept-orderbak.js';
import { ask, FILE, LIST, MARK, post, speak } from './api.js';

const NOON = new Date(2026, 0, 2, 12, 0, 0);
const PLAIN = { json: false, watched: false };

const answered: Answered = {
  client: '192.0.2.7',
  method: 'GET',
  path: `${FILE}/12`,
  status: 200,
  bytes: 1234,
  elapsedMs: 56,
  whole: true,
};

describe('the line of a request', () => {
  test('says who asked what, and what became of it', () => {
    expect(requestLine(answered, PLAIN, NOON)).toBe(
      '192.0.2.7 GET /admin/backup/order_file/12 200 1234 bytes 56 ms',
    );
    expect(requestLine({ ...answered, whole: false }, PLAIN, NOON)).toMatch(/ 200 .* broken off$/);
    expect(requestLine({ ...answered, status: null, whole: false }, PLAIN, NOON)).toMatch(/\/12 - 1234 /);
  });

  test('has the time of day for a person only: a journal writes its own', () => {
    expect(requestLine(answered, { ...PLAIN, watched: true }, NOON)).toBe(
      `12:00:00 ${requestLine(answered, PLAIN, NOON)}`,
    );
  });

  test('is an object under --json', () => {
    const line = requestLine(answered, { ...PLAIN, json: true }, NOON);
    expect(JSON.parse(line)).toEqual({ time: NOON.toISOString(), ...answered });
    expect(line).not.toContain('\n');
  });

  test.each([PLAIN, { ...PLAIN, json: true }])('stays one short line whatever is asked: %j', (output) => {
    const path = `/\n\r\t\x1b[31m\x00\x9b\u2028\u202e"${'x'.repeat(5000)}`;
    const line = requestLine({ ...answered, method: 'G\nET', path }, output, NOON);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(line).not.toMatch(/[\x00-\x1f\x7f-\x9f\u2028\u202e]/);
    expect(line).toContain('u001b[31m');
    expect(line.length).toBeLessThan(600);
  });
});

describe('the log of the server', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await Shop.open({ one: { jobs: [{ image: 'a.jpg' }] } });
  });
  afterAll(() => shop.close());

  test('has one line for each request, and never a token or a query', async () => {
    const old = 'o'.repeat(40);
    const env = { ORDERBAK_SERVER_TOKEN: `${shop.world.token}\n${old}` };
    const serve = await keepServe(shop.world, [], { env });
    const begun = (await ask(serve, '/healthz?begun')).status;
    await ask(serve, `${LIST}?after=0&token=${serve.token}`);
    await ask(serve, LIST, { authorization: `Bearer ${old}` });
    await ask(serve, LIST, { authorization: `Bearer ${serve.token}x` });
    await ask(serve, LIST, { authorization: `Basic ${serve.token}` });
    await post(serve, MARK, { files: [], token: serve.token });
    await speak(serve, `GET /\x9b31m HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    await speak(serve, `no HTTP\r\nAuthorization: Bearer ${serve.token}\r\n\r\n`);
    const { stderr, stdout } = await serve.stop();
    expect(begun).toBe(200);
    expect(stdout).toBe('');
    expect(stderr).not.toContain(serve.token.slice(0, 16));
    expect(stderr).not.toContain(old);
    const lines = stderr.trimEnd().split('\n').slice(-8);
    const rest = String.raw`\d+ bytes \d+ ms$`;
    for (const [i, words] of [
      'GET /healthz 200',
      `GET ${LIST} 400`,
      `GET ${LIST} 200`,
      `GET ${LIST} 401`,
      `GET ${LIST} 401`,
      `POST ${MARK} 400`,
      String.raw`(GET /.*\\u009b31m 401|- - 400)`,
      '- - 400',
    ].entries()) {
      expect(lines[i]).toMatch(new RegExp(`^127\\.0\\.0\\.1 ${words} ${rest}`));
    }
  });

  test('is of objects under --json, and stdout has only where it listens', async () => {
    const serve = await keepServe(shop.world, ['--json']);
    await ask(serve, LIST);
    const { stderr, stdout } = await serve.stop();
    expect(JSON.parse(stdout)).toEqual({ ok: true, command: 'serve', url: serve.url });
    const lines = stderr.trimEnd().split('\n');
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({
      method: 'GET',
      path: LIST,
      status: 200,
      whole: true,
    });
  });
});
