import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Shop } from '../pull/office.js';
import { ask, BUNDLE, expectError, heardIn, LIST, MARK, post, speak } from './api.js';

const DEEP = 100_000;
const SHA256 = 'a'.repeat(64);

/** A question of each route that takes JSON, with the place of the first id left open. */
const ROUTES = [
  ['a bundle', BUNDLE, 'ids', (id: string) => `{"ids":[${id}]}`],
  ['a mark', MARK, 'files', (id: string) => `{"files":[{"id":${id},"size":10,"sha256":"${SHA256}"}]}`],
] as const;

const IDS = ['0', '-0', '-1', '1.5', '1e-7', '9007199254740992', '1e400', '-1e400', 'NaN', 'Infinity'].concat(
  [
    '"1"',
    '""',
    'null',
    'true',
    '{}',
    '[]',
    '[1]',
    '{"$gt":0}',
    '{"toString":1}',
    '07',
    '0x7',
    '1n',
    '',
    '1,',
  ],
);

/** Bodies that are no question, made from one that is. */
function hostile(good: string, list: string): readonly (string | Buffer)[] {
  const inside = (member: string) => good.replace('{', `{${member},`);
  const element = good.slice(good.indexOf('[') + 1, good.lastIndexOf(']'));
  return [
    '',
    ' ',
    'null',
    'true',
    '17',
    '"text"',
    '[]',
    '{}',
    '{',
    good.slice(0, -1),
    `${good},`,
    `${good}${good}`,
    `[${good}]`,
    good.replaceAll('"', "'"),
    good.replace(']', ',]'),
    `${good}//`,
    `${good}\0`,
    `${list}=1`,
    `{"${list}":{}}`,
    `{"${list}":null}`,
    `{"${list}":1}`,
    `{"${list}":"1"}`,
    `{"${list}":{"0":${element},"length":1}}`,
    `{"${list}":[${Array(1001).fill(element).join(',')}]}`,
    inside('"x":1'),
    inside('"__proto__":{"polluted":true}'),
    inside('"constructor":{"prototype":{"polluted":true}}'),
    inside(`"${'k'.repeat(500_000)}":1`),
    `{"__proto__":${good}}`,
    `{"__proto__":[${element}]}`,
    '['.repeat(DEEP),
    '['.repeat(DEEP) + ']'.repeat(DEEP),
    `${'{"a":'.repeat(DEEP)}1${'}'.repeat(DEEP)}`,
    `{"${list}":${'['.repeat(DEEP)}${element}${']'.repeat(DEEP)}}`,
    `\ufeff${good}`,
    Buffer.from(good, 'utf16le'),
    Buffer.concat([Buffer.from(good), Buffer.from([0xff])]),
    Buffer.concat([Buffer.from(good.slice(0, -1)), Buffer.from(',"\xc3\x28":1}', 'latin1')]),
    gzipSync(good),
  ];
}

describe('a question that is none', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await Shop.open({ one: { jobs: [{ image: 'a.jpg', attach: ['b.jpg'] }] } });
  });
  afterAll(() => shop.close());

  const rows = () => shop.rows(shop.order('one'));

  test.for(ROUTES)(
    'as %s: told so in the shape of all errors, and nothing is done',
    async ([, path, list, question]) => {
      const before = await rows();
      const id = String(before[0]?.id);
      const bodies = [...IDS.map((bad) => question(bad)), ...hostile(question(id), list)];
      for (const body of bodies) {
        const reply = await ask(shop.serve, path, { method: 'POST', body });
        expect(reply.status, String(body).slice(0, 100)).toBe(400);
        expectError(shop.world, reply, 400);
        expect(reply.body.length).toBeLessThan(500);
      }
      expect(await rows()).toEqual(before);
      expect((await post(shop.serve, path, question(id))).status).toBe(200);
    },
  );

  test.for(ROUTES)('as %s may come under any type, but not compressed', async ([, path, , question]) => {
    const good = question('1');
    for (const type of ['application/json', 'text/plain', 'application/x-www-form-urlencoded', 'x', ''])
      expect(
        (await ask(shop.serve, path, { method: 'POST', headers: { 'content-type': type }, body: good }))
          .status,
      ).toBe(200);
    expect((await ask(shop.serve, path, { method: 'POST', body: good })).status).toBe(200);
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    const gzip = await ask(shop.serve, path, { method: 'POST', headers, body: gzipSync(good) });
    expectError(shop.world, gzip, 400);
  });

  test('where a name stands twice, the last one counts and the first does nothing', async () => {
    const before = await rows();
    const [first] = before;
    const claim = { id: first?.id, size: 1, sha256: SHA256 };
    const reply = await post(shop.serve, MARK, `{"files":[${JSON.stringify(claim)}],"files":[]}`);
    expect(JSON.parse(reply.body.toString())).toEqual({ results: [] });
    expect(await rows()).toEqual(before);
  });

  const head = (line: string, ...headers: string[]) =>
    [line, 'Host: x', `Authorization: Bearer ${shop.serve.token}`, ...headers, '', ''].join('\r\n');
  const smuggled = () => head(`GET ${LIST} HTTP/1.1`);

  test.for<[string, () => string]>([
    ['two lengths', () => `${head(`POST ${MARK} HTTP/1.1`, 'Content-Length: 0', 'Content-Length: 5')}`],
    [
      'a length and chunks',
      () => `${head(`POST ${MARK} HTTP/1.1`, 'Content-Length: 5', 'Transfer-Encoding: chunked')}0\r\n\r\n`,
    ],
    ['a length below zero', () => head(`POST ${MARK} HTTP/1.1`, 'Content-Length: -1')],
    ['a length that is none', () => head(`POST ${MARK} HTTP/1.1`, 'Content-Length: 1e3')],
    ['chunks that come first', () => head(`POST ${MARK} HTTP/1.1`, 'Transfer-Encoding: chunked, identity')],
    ['a space before the colon', () => head(`POST ${MARK} HTTP/1.1`, 'Content-Length : 0')],
    ['a folded header', () => head(`POST ${MARK} HTTP/1.1`, 'X: a\r\n b\x01')],
    ['a bare line feed', () => head(`POST ${MARK} HTTP/1.1`, 'X: a\nContent-Length: 0')],
    ['a chunk without a size', () => `${head(`POST ${MARK} HTTP/1.1`, 'Transfer-Encoding: chunked')}zz\r\n`],
    [
      'a chunk of endless size',
      () => `${head(`POST ${MARK} HTTP/1.1`, 'Transfer-Encoding: chunked')}fffffffffffffffff\r\n`,
    ],
    ['a method that nobody knows', () => head(`STEAL ${LIST} HTTP/1.1`)],
    ['a version that nobody knows', () => head(`GET ${LIST} HTTP/3.0`)],
    ['no HTTP', () => `\x16\x03\x01\x02\x00\x01\x00\r\n\r\n`],
  ])('%s: 400, the connection ends, and what follows is no question', async ([, words]) => {
    const heard = await speak(shop.serve, words() + smuggled());
    expectError(shop.world, heardIn(heard), 400);
    expect(heard.match(/HTTP\/1\.1 /g)).toHaveLength(1);
    expect(heard).not.toContain('"files"');
  });

  test('a head without end: 431', async () => {
    const heard = await speak(shop.serve, head(`GET ${LIST} HTTP/1.1`, `X: ${'x'.repeat(20_000)}`));
    expectError(shop.world, heardIn(heard), 431);
  });

  test('an old client without a Host is answered', async () => {
    const heard = await speak(shop.serve, head(`GET ${LIST} HTTP/1.0`).replace('Host: x\r\n', ''), false);
    expect(heardIn(heard).status).toBe(200);
  });

  test.for([
    `/${LIST}`,
    `${LIST}/`,
    `/admin/backup%2forder_file_list`,
    `/admin/backup/order_file/1/../2`,
    `/admin/backup/order_file/1%2f..%2f2`,
    `/admin/backup/order_file/../order_file/1`,
    `/admin\\backup\\order_file_list`,
    `${LIST.toUpperCase()}`,
    `*`,
    `admin/backup/order_file_list`,
  ])('the address %s is nobody', async (target) => {
    const heard = await speak(shop.serve, head(`GET ${target} HTTP/1.1`, 'Connection: close'));
    const reply = heardIn(heard);
    expect([400, 404]).toContain(reply.status);
    expectError(shop.world, reply, reply.status);
  });
});
