import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Shop, someBytes } from '../pull/office.js';
import { ask, expectError, FILE, type Question, type Reply } from './api.js';

const SIZE = 300_000;
const ODD = [
  'ánh sáng 1.jpg',
  `it's "q" #%&+;?=.jpg`,
  '%2e%2e%2fetc.jpg',
  '🏠\u202e.txt',
  '-rf',
  'a\u2028b.txt',
];

describe('the bytes of a file', () => {
  let shop: Shop;
  let bytes: Buffer;
  let etag: string;
  beforeAll(async () => {
    shop = await Shop.open(
      {
        main: { jobs: [{ image: 'large.psd', attach: ['empty.txt'] }] },
        odd: { jobs: ODD.map((image) => ({ image })) },
        hidden: { jobs: ['link.jpg', 'folder.jpg', 'gone.jpg', 'unlinked.jpg'].map((image) => ({ image })) },
        linked: { jobs: [{ image: 'behind a link.jpg' }] },
        absent: { jobs: [{ image: 'absent.jpg' }], missing: 'all' },
      },
      { 'large.psd': SIZE, 'empty.txt': 0 },
    );
    bytes = await readFile(onServer('main', 'large.psd'));
    etag = `"${createHash('sha256').update(bytes).digest('hex')}"`;
  });
  afterAll(() => shop.close());

  function onServer(order: string, name: string): string {
    return path.join(shop.world.root, shop.order(order).folder, name);
  }

  async function idOf(order: string, name: string): Promise<number> {
    return (await shop.rows(shop.order(order))).find((row) => row.name === name)?.id ?? 0;
  }

  async function get(headers: Question['headers'] = {}, method = 'GET', name = 'large.psd'): Promise<Reply> {
    return ask(shop.serve, `${FILE}/${await idOf('main', name)}`, { method, headers });
  }

  test('GET and HEAD say the same of them: length, ETag and digest', async () => {
    const whole = await get();
    expect(whole.status).toBe(200);
    expect(whole.body.equals(bytes)).toBe(true);
    const digest = createHash('sha256').update(bytes).digest('base64');
    const said = {
      'content-length': String(SIZE),
      'accept-ranges': 'bytes',
      'repr-digest': `sha-256=:${digest}:`,
      etag,
    };
    expect(whole.headers).toMatchObject(said);
    const head = await get({}, 'HEAD');
    expect(head).toMatchObject({ status: 200, headers: said });
    expect(head.body).toHaveLength(0);
  });

  test('an empty file is whole with nothing in it', async () => {
    const empty = await get({}, 'GET', 'empty.txt');
    expect(empty).toMatchObject({ status: 200, headers: { 'content-length': '0' } });
    expect(empty.headers['repr-digest']).toBe(`sha-256=:${createHash('sha256').digest('base64')}:`);
    expectError(shop.world, await get({ range: 'bytes=0-' }, 'GET', 'empty.txt'), 416);
  });

  test.for([
    ['bytes=0-99', 0, 99],
    ['bytes=0-0', 0, 0],
    ['bytes=1000-1999', 1000, 1999],
    ['bytes=250000-', 250_000, SIZE - 1],
    [`bytes=${SIZE - 1}-`, SIZE - 1, SIZE - 1],
    ['bytes=-500', SIZE - 500, SIZE - 1],
    [`bytes=299000-${SIZE * 2}`, 299_000, SIZE - 1],
    [`bytes=299000-${'9'.repeat(40)}`, 299_000, SIZE - 1],
    [`bytes=-${SIZE * 2}`, 0, SIZE - 1],
    ['Bytes= 0-9', 0, 9],
  ] as const)('Range: %s', async ([range, start, end]) => {
    for (const ifRange of [{}, { 'if-range': etag }]) {
      const reply = await get({ range, ...ifRange });
      expect(reply.status).toBe(206);
      expect(reply.headers).toMatchObject({
        'content-range': `bytes ${start}-${end}/${SIZE}`,
        'content-length': String(end - start + 1),
        etag,
      });
      expect(reply.body.equals(bytes.subarray(start, end + 1))).toBe(true);
    }
  });

  test.for([`bytes=${SIZE}-`, 'bytes=9999999-99999999', 'bytes=-0'])(
    'Range: %s cannot be satisfied',
    async (range) => {
      const reply = await get({ range });
      expectError(shop.world, reply, 416);
      expect(reply.headers['content-range']).toBe(`bytes */${SIZE}`);
    },
  );

  test.for([
    'bytes=0-1,5-9',
    'bytes=5-1,7-8,1-2',
    'lines=0-5',
    'bytes',
    'bytes=a-b',
    'bytes=--5',
    '',
    'bytes=5-4',
    'bytes=-',
  ])('Range: %s is more than is offered: the whole comes', async (range) => {
    const reply = await get({ range });
    expect(reply.status).toBe(200);
    expect(reply.body.equals(bytes)).toBe(true);
  });

  test('If-Range of other bytes, weak, by date or broken: the whole comes', async () => {
    const others = [
      `"${'0'.repeat(64)}"`,
      `W/${etag}`,
      etag.slice(1, -1),
      new Date().toUTCString(),
      'x',
      '""',
    ];
    for (const ifRange of others) {
      const reply = await get({ range: 'bytes=10-19', 'if-range': ifRange });
      expect(reply.status, ifRange).toBe(200);
      expect(reply.body.equals(bytes), ifRange).toBe(true);
    }
  });

  test('who has these very bytes gets none: If-None-Match', async () => {
    for (const method of ['GET', 'HEAD']) {
      for (const known of [etag, '*', `W/${etag}`, `"x", ${etag}`]) {
        const reply = await get({ 'if-none-match': known, range: 'bytes=0-9' }, method);
        expect(reply.status, known).toBe(304);
        expect(reply.headers.etag).toBe(etag);
        expect(reply.body).toHaveLength(0);
      }
      for (const known of ['"x"', etag.slice(1, -1), ''])
        expect((await get({ 'if-none-match': known }, method)).status, known).toBe(200);
    }
  });

  test('who wants these very bytes or none gets none of others: If-Match', async () => {
    for (const wanted of [etag, '*', `"x",${etag}`])
      expect((await get({ 'if-match': wanted })).status, wanted).toBe(200);
    for (const wanted of ['"x"', `W/${etag}`, etag.slice(1, -1)]) {
      expectError(shop.world, await get({ 'if-match': wanted }), 412);
      expect((await get({ 'if-match': wanted, range: 'bytes=0-9' }, 'HEAD')).status).toBe(412);
    }
  });

  test('a file that changes has another ETag at once', async () => {
    const file = onServer('main', 'large.psd');
    await writeFile(file, someBytes(SIZE, 'another picture'));
    const reply = await get({ range: 'bytes=0-9', 'if-range': etag });
    expect(reply.status).toBe(200);
    expect(reply.headers.etag).not.toBe(etag);
    expect(reply.body.equals(await readFile(file))).toBe(true);
    await writeFile(file, bytes);
  });

  test.for(ODD)('the file %j', async (name) => {
    const reply = await ask(shop.serve, `${FILE}/${await idOf('odd', name)}`);
    expect(reply.status).toBe(200);
    expect(reply.body.equals(await readFile(onServer('odd', name)))).toBe(true);
  });

  test.for([
    '0',
    '-1',
    '1.5',
    'x',
    '',
    '999999',
    '9'.repeat(15),
    '9'.repeat(40),
    '1/2',
    '..',
    '..%2f..%2fetc%2fpasswd',
    '1%00',
  ])('the id %j is nobody: 404', async (id) => {
    for (const method of ['GET', 'HEAD']) {
      const reply = await ask(shop.serve, `${FILE}/${id}`, { method });
      if (method === 'GET') expectError(shop.world, reply, 404);
      else expect(reply.status).toBe(404);
    }
  });

  test('what is gone, unlinked, a link, a folder or behind a link: 404, and nothing said of where', async () => {
    const secret = path.join(shop.world.folder, 'secret');
    await mkdir(secret);
    await writeFile(path.join(secret, 'behind a link.jpg'), 'the secret');
    const replace = async (name: string) => {
      await rm(onServer('hidden', name));
      return onServer('hidden', name);
    };
    await symlink(path.join(secret, 'behind a link.jpg'), await replace('link.jpg'));
    await mkdir(await replace('folder.jpg'));
    await replace('gone.jpg');
    const folder = path.dirname(onServer('linked', 'behind a link.jpg'));
    await rename(folder, `${folder}.aside`);
    await symlink(secret, folder);
    const unlinked = await idOf('hidden', 'unlinked.jpg');
    await shop.world.ask((database) =>
      database.run("UPDATE tbl_bak_order SET unlink_time = '2026-01-01 00:00:00' WHERE id = ?", [unlinked]),
    );
    for (const order of ['hidden', 'linked', 'absent']) {
      for (const { id, name } of await shop.rows(shop.order(order))) {
        const reply = await ask(shop.serve, `${FILE}/${id}`);
        expectError(shop.world, reply, 404);
        expect(reply.body.toString(), name).not.toContain(name);
      }
    }
  });
});
