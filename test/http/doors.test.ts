import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Shop } from '../pull/office.js';
import { ask, BUNDLE, expectError, FILE, jsonOf, LIST, MARK, speak } from './api.js';

interface Page {
  readonly files: { readonly id: number; readonly filename: string; readonly size: number | null }[];
  readonly next: number | null;
}

describe('the doors of the server', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await Shop.open({
      full: { jobs: Array.from({ length: 7 }, (_, i) => ({ image: `${i}.jpg` })), discusses: [['chat.jpg']] },
      gone: { jobs: [{ image: 'gone.jpg', attach: ['here.txt'] }], missing: ['gone.jpg'] },
    });
  });
  afterAll(() => shop.close());

  const ROUTES = [
    ['GET', LIST],
    ['HEAD', LIST],
    ['GET', `${FILE}/1`],
    ['HEAD', `${FILE}/1`],
    ['POST', BUNDLE],
    ['POST', MARK],
    ['GET', '/'],
    ['GET', '/nothing'],
    ['GET', '/healthz/'],
    ['GET', '//healthz'],
    ['OPTIONS', LIST],
  ] as const;

  test.for(ROUTES)('%s %s asks for the token', async ([method, path]) => {
    const { token } = shop.serve;
    const wrong = [
      null,
      '',
      'Bearer',
      'Bearer ',
      `Bearer ${token}x`,
      `Bearer ${token.slice(0, -1)}`,
      `Bearer ${token} ${token}`,
      `Basic ${token}`,
      token,
      `Bearer ${token.toUpperCase()}`,
    ];
    for (const authorization of wrong) {
      const reply = await ask(shop.serve, path, { method, authorization });
      expect(reply.status, String(authorization)).toBe(401);
      expect(reply.headers['www-authenticate']).toBe('Bearer');
      if (method !== 'HEAD') expectError(shop.world, reply, 401);
    }
  });

  test.for([...ROUTES, ['POST', LIST], ['GET', '/metrics']] as const)(
    'the answer to %s %s is kept by no proxy',
    async ([method, path]) => {
      for (const question of [{ method }, { method, authorization: null }]) {
        const { headers } = await ask(shop.serve, path, question);
        expect(headers['cache-control']).toBe('no-store');
      }
    },
  );

  test('/healthz tells anybody that it is up, and nothing else', async () => {
    const reply = await ask(shop.serve, '/healthz', { authorization: null });
    expect(reply.status).toBe(200);
    expect(jsonOf(reply)).toEqual({ ok: true });
  });

  test('no Host header opens another door behind /healthz', async () => {
    for (const host of [`x${LIST}?`, `x${LIST}#`, `localhost${LIST}?a=`, `a@b${LIST}?`, 'x/..', '[', '']) {
      const heard = await speak(
        shop.serve,
        `GET /healthz HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
      );
      expect(heard).not.toContain('"files"');
    }
    const { port } = new URL(shop.serve.url);
    const absolute = `GET http://127.0.0.1:${port}${LIST} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`;
    expect(await speak(shop.serve, absolute)).toMatch(/^HTTP\/1\.1 40[01] /);
  });

  test('garbage is answered, and the server lives on', async () => {
    for (const words of [
      'hello\r\n\r\n',
      'GET / HTTP/9.9\r\n\r\n',
      `GET /\u0000 HTTP/1.1\r\n\r\n`,
      '\r\n\r\n',
    ]) {
      expect(await speak(shop.serve, words)).not.toContain('files');
    }
    for (const path of [
      '/%',
      '/%zz',
      `${LIST}/%ff`,
      `${LIST}?after=%zz`,
      `${FILE}/%2e%2e`,
      '/a'.repeat(3000),
    ]) {
      const reply = await ask(shop.serve, path);
      expect([400, 404]).toContain(reply.status);
      expectError(shop.world, reply, reply.status);
    }
    expect((await ask(shop.serve, '/healthz')).status).toBe(200);
  });

  test('a wrong method is refused', async () => {
    for (const [method, path, allow] of [
      ['POST', LIST, 'GET, HEAD'],
      ['DELETE', LIST, 'GET, HEAD'],
      ['POST', `${FILE}/1`, 'GET, HEAD'],
      ['DELETE', `${FILE}/1`, 'GET, HEAD'],
      ['GET', BUNDLE, 'POST'],
      ['GET', MARK, 'POST'],
      ['PUT', MARK, 'POST'],
    ] as const) {
      const reply = await ask(shop.serve, path, { method });
      expectError(shop.world, reply, 405);
      expect(reply.headers.allow).toBe(allow);
    }
    expectError(shop.world, await ask(shop.serve, '/admin/backup/nothing'), 404);
  });

  describe('the list', () => {
    const page = async (query: string) => jsonOf<Page>(await ask(shop.serve, `${LIST}${query}`));

    test('comes whole, in id order, without chats; a missing file has no size', async () => {
      const { files, next } = await page('');
      expect(next).toBeNull();
      const rows = (await shop.rows(shop.order('full'))).concat(await shop.rows(shop.order('gone')));
      const expected = rows.filter((row) => row.type !== 5).sort((a, b) => a.id - b.id);
      expect(files.map((file) => [file.id, file.filename])).toEqual(
        expected.map((row) => [row.id, row.name]),
      );
      expect(Object.keys(files[0] ?? {})).toEqual([
        'id',
        'id_order',
        'folder',
        'filename',
        'file_type',
        'size',
        'mtime',
      ]);
      const gone = files.find((file) => file.filename === 'gone.jpg');
      expect(gone).toMatchObject({ size: null, mtime: null, file_type: 'main' });
      expect(files.find((file) => file.filename === 'here.txt')).toMatchObject({
        id_order: shop.order('gone').id,
        folder: shop.order('gone').folder,
        file_type: 'ref',
        size: expect.any(Number),
        mtime: expect.any(Number),
      });
    });

    test('comes in pages that meet without gap or overlap, the last with next = null', async () => {
      const whole = (await page('')).files;
      for (const limit of [1, 2, 3, whole.length - 1, whole.length, whole.length + 1]) {
        const found: Page['files'] = [];
        let pages = 0;
        for (let after: number | null = 0; after !== null; pages += 1) {
          const { files, next }: Page = await page(`?after=${after}&limit=${limit}`);
          expect(files.length).toBeLessThanOrEqual(limit);
          expect(next).toBe(found.length + files.length < whole.length ? files.at(-1)?.id : null);
          found.push(...files);
          after = next;
        }
        expect(found).toEqual(whole);
        expect(pages).toBe(Math.ceil(whole.length / limit));
      }
    });

    test('takes a limit that is too large for the largest, and an end that is long past', async () => {
      expect((await page('?limit=100000')).files).toHaveLength(9);
      expect(await page('?after=999999999999')).toEqual({ files: [], next: null });
    });

    const bad = [
      'after=-1',
      'after=1.5',
      'after=x',
      'after=',
      'after=1e3',
      'after=0x1',
      'after=99999999999999999',
    ];
    test.for([
      ...bad,
      'limit=0',
      'limit=-5',
      'limit=',
      'limit=ten',
      "after=1'%20OR%201=1",
      'after=NaN',
      'after[]=1',
      'after=1&after=2',
      'limit=1e3',
      'limit=1&limit=1',
      'limit=Infinity',
      'after=+1',
      'after=1;limit=2',
      'from=1',
      '__proto__=1',
      'after=%00',
      'after=%EF%BC%91',
    ])('refuses %s', async (query) => {
      expectError(shop.world, await ask(shop.serve, `${LIST}?${query}`), 400);
    });
  });
});
