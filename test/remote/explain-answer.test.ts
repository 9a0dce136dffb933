import { expect, test } from 'vitest';
import { mustBeGood } from '../../src/remote/explain-answer.js';

const PAGE = '<html><h1>so it is</h1>';
const REFUSED = '{"error":{"code":"unauthorized","message":"a bearer token is needed"}}';

/** What is said of an answer: exit code, message and advice. */
async function told(status: number, text: string, fields: Record<string, string> = {}) {
  const body = (async function* () {
    yield Buffer.from(text);
  })();
  const answer = { status, fields: new Map(Object.entries(fields)), body, end: () => {} };
  return mustBeGood(answer, 'https://a').then(
    () => null,
    ({ exit, message, hint }) => ({ exit, message, hint }),
  );
}

test('a refusal of orderbak is about the token, one of a web server in front of it about that', async () => {
  expect(await told(401, REFUSED)).toMatchObject({
    exit: 4,
    message: 'https://a refuses: a bearer token is needed',
    hint: expect.stringMatching(/^The token must be the same/),
  });
  for (const status of [401, 403])
    expect(await told(status, PAGE)).toMatchObject({
      exit: 4,
      message: `https://a refuses: status ${status}`,
      hint: expect.stringMatching(/web server or firewall in front.*auth_basic off/),
    });
});

test('an answer without a body is no redirect, and one that is says where to', async () => {
  expect(await told(204, '')).toMatchObject({ exit: 1, message: 'https://a answers status 204' });
  expect(await told(304, '')).toMatchObject({ exit: 1, message: 'https://a answers status 304' });
  const location = 'https://b/admin/backup/order_file_list?after=0\u009b';
  expect(await told(301, PAGE, { location })).toMatchObject({
    exit: 1,
    message:
      'https://a points to https://b/admin/backup/order_file_list (status 301); redirects are not followed',
    hint: expect.stringContaining('write that address in [pull] url'),
  });
});

test('what may pass by itself says what to look at, and when to ask again', async () => {
  const later = /Nothing is lost; the next run goes on where this one stopped\.$/;
  const hints = await Promise.all(
    [429, 502, 503, 504].map(async (status) => {
      const answer = await told(status, PAGE);
      expect(answer).toMatchObject({ exit: 75, message: `https://a cannot answer now: status ${status}` });
      expect(answer?.hint).toMatch(later);
      return answer?.hint;
    }),
  );
  expect(hints[0]).toContain('take more requests');
  expect(hints[1]).toContain('`orderbak serve` runs there');
  expect(hints[3]).toContain('proxy_read_timeout 300s');
  const busy = await told(503, '{"error":{"code":"unavailable","message":"no disk"}}', {
    'retry-after': '120',
  });
  expect(busy?.message).toBe('https://a cannot answer now: no disk; it asks to be left alone for 120 s');
  expect(busy?.hint).toMatch(/^Nothing is lost/);
  const date = 'Tue, 24 Nov 2026 04:00:00 GMT';
  expect((await told(429, PAGE, { 'retry-after': date }))?.message).toContain(`left alone until ${date}`);
});
