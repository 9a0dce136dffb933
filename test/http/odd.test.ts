import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Shop } from '../pull/office.js';
import { ask, BUNDLE, expectError, FILE, heardIn, LIST, MARK } from './api.js';

describe('questions that are rare, and right or wrong by the letter of HTTP', () => {
  let shop: Shop;
  let file: string;
  beforeAll(async () => {
    shop = await Shop.open({ one: { jobs: [{ image: 'one.txt' }] } }, { 'one.txt': 100 });
    file = `${FILE}/${(await shop.rows(shop.order('one')))[0]?.id}`;
  });
  afterAll(() => shop.close());

  function head(line: string, ...headers: string[]): string {
    return [line, `Authorization: Bearer ${shop.serve.token}`, ...headers, '', ''].join('\r\n');
  }

  /** Says something, then what `next` makes of what was heard; answers all that was heard. */
  function talk(words: string, next: (heard: string) => string | null): Promise<string> {
    return new Promise((resolve, reject) => {
      const { hostname, port } = new URL(shop.serve.url);
      const socket = connect(Number(port), hostname, () => socket.write(words));
      let heard = '';
      socket.setEncoding('latin1').on('data', (text: string) => {
        heard += text;
        const more = next(heard);
        if (more !== null) socket.write(more);
      });
      socket.once('error', reject).once('close', () => resolve(heard));
    });
  }

  test.for([
    ['of more than 1 MiB', 413, 'good'],
    ['without a token', 401, 'none'],
  ] as const)(
    'who is cut off while he sends a body %s is told that the connection ends',
    async ([, status, token]) => {
      const authorization = token === 'good' ? {} : { authorization: null };
      for (const path of [MARK, BUNDLE, LIST, file, '/nothing']) {
        const body = Buffer.alloc(3_000_000, ' ');
        const reply = await ask(shop.serve, path, {
          method: 'POST',
          body,
          headers: { connection: 'keep-alive' },
          ...authorization,
        });
        expectError(shop.world, reply, status);
        expect(reply.headers.connection, path).toBe('close');
      }
    },
  );

  test('who asks before he sends a body is told to send it', async () => {
    const body = JSON.stringify({ files: [] });
    const words = head(
      `POST ${MARK} HTTP/1.1`,
      'Host: x',
      'Expect: 100-continue',
      `Content-Length: ${body.length}`,
      'Connection: close',
    );
    let sent = false;
    const heard = await talk(words, (text) => {
      if (sent || !text.endsWith('\r\n\r\n')) return null;
      sent = true;
      return body;
    });
    expect(heard).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK\r\n/);
  });

  test('who asks before he sends a body that nobody wants is not told to send it', async () => {
    const asks = ['Host: x', 'Expect: 100-continue'];
    const tooLarge = await talk(
      head(`POST ${MARK} HTTP/1.1`, ...asks, 'Content-Length: 2000000'),
      () => null,
    );
    expectError(shop.world, heardIn(tooLarge), 413);
    const stranger = ['POST /x HTTP/1.1', ...asks, 'Content-Length: 20', '', ''].join('\r\n');
    expectError(shop.world, heardIn(await talk(stranger, () => null)), 401);
  });

  test('another expectation is passed over', async () => {
    const words = head(`GET ${LIST} HTTP/1.1`, 'Host: x', 'Expect: 200-maybe', 'Connection: close');
    expect(await talk(words, () => null)).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    const stranger = 'GET /x HTTP/1.1\r\nHost: x\r\nExpect: 200-maybe\r\nConnection: close\r\n\r\n';
    expectError(shop.world, heardIn(await talk(stranger, () => null)), 401);
  });

  test('no Host, and two of them, are a wrong question; HTTP/1.0 needs none', async () => {
    for (const hosts of [[], ['Host: a', 'Host: b'], ['Host: a', 'Host: a']]) {
      for (const path of [LIST, file, '/healthz']) {
        const words = head(`GET ${path} HTTP/1.1`, ...hosts, 'Connection: close');
        expectError(shop.world, heardIn(await talk(words, () => null)), 400);
      }
    }
    for (const path of [LIST, file, '/healthz'])
      expect(await talk(head(`GET ${path} HTTP/1.0`), () => null)).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  });

  test('an address that begins with http:// is the same address', async () => {
    for (const path of [LIST, file, '/healthz']) {
      const words = head(
        `GET http://shop.example${path} HTTP/1.1`,
        'Host: shop.example',
        'Connection: close',
      );
      expect(await talk(words, () => null), path).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    }
    const stranger = `GET http://shop.example${file} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`;
    expectError(shop.world, heardIn(await talk(stranger, () => null)), 401);
  });

  test('/healthz is read, and nothing else', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      const reply = await ask(shop.serve, '/healthz', { method, authorization: null });
      expectError(shop.world, reply, 405);
      expect(reply.headers.allow).toBe('GET, HEAD');
    }
    expect((await ask(shop.serve, '/healthz', { method: 'HEAD', authorization: null })).status).toBe(200);
  });
});
