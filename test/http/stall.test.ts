import { readdir, readlink, truncate } from 'node:fs/promises';
import type { Server } from 'node:http';
import { type AddressInfo, connect as connectPlainly, type Socket } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ServerApp } from '../../src/app/server.js';
import { loadConfig } from '../../src/config/load.js';
import { readTls } from '../../src/config/tls.js';
import { createApiServer } from '../../src/http/server.js';
import { Shop } from '../pull/office.js';
import { makeCertificate } from '../support/certificate.js';
import { BUNDLE, FILE, heardIn, MARK } from './api.js';

/** Built, because its worker threads are started from there. */
const BUILT = '../../dist/app/server.js';
const { openServerApp } = (await import(
  /* @vite-ignore */ BUILT
)) as typeof import('../../src/app/server.js');

const LARGE = 60_000_000;
/** Together more than all buffers between the two hold. */
const SMALL = Array.from({ length: 8 }, (_, i) => `${i}.psd`);

/** The real server in this process, whose patience is shortened by Node's own means, so that no test waits minutes. */
describe.each(['http', 'https'])('over %s', (protocol) => {
  let shop: Shop;
  let app: ServerApp;
  let server: Server;
  let large: number;
  let small: number[];
  beforeAll(async () => {
    shop = await Shop.open({ one: { jobs: ['a.psd', ...SMALL].map((image) => ({ image })) } });
    const { folder } = shop.order('one');
    await truncate(path.join(shop.world.root, folder, 'a.psd'), LARGE);
    for (const name of SMALL) await truncate(path.join(shop.world.root, folder, name), 4_000_000);
    const rows = await shop.rows(shop.order('one'));
    large = rows.find(({ name }) => name === 'a.psd')?.id ?? 0;
    small = rows.map(({ id }) => id).filter((id) => id !== large);
    const { cert, key } = makeCertificate(shop.world.folder);
    const config = loadConfig(null, {
      ORDERBAK_DATABASE_URL: shop.world.databaseUrl,
      ORDERBAK_ORDERS_ROOT: shop.world.root,
      ORDERBAK_SHOP_TIMEZONE: shop.world.zone.name,
      ORDERBAK_SERVER_TLS_CERT: cert,
      ORDERBAK_SERVER_TLS_KEY: key,
    });
    app = await openServerApp(config);
    server = createApiServer(await app.api(), {
      tokens: [shop.world.token],
      tls: protocol === 'https' ? readTls(config.server) : null,
      failed: (error) => expect(error).toBeUndefined(),
      answered: () => {},
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await app.close();
    await shop.close();
  });

  const head = (line: string, ...headers: string[]) =>
    [line, 'Host: x', `Authorization: Bearer ${shop.world.token}`, ...headers, '', ''].join('\r\n');

  function open(): Socket {
    const { port } = server.address() as AddressInfo;
    const socket =
      protocol === 'https'
        ? connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false })
        : connectPlainly(port, '127.0.0.1');
    return socket.on('error', () => {});
  }

  /** The shop's files that this process has open. */
  async function openFiles(): Promise<string[]> {
    const names = await readdir('/proc/self/fd');
    const targets = await Promise.all(names.map((name) => readlink(`/proc/self/fd/${name}`).catch(() => '')));
    return targets.filter((target) => target.endsWith('.psd'));
  }

  const bundle = () => {
    const body = JSON.stringify({ ids: small });
    return `${head(`POST ${BUNDLE} HTTP/1.1`, `Content-Length: ${body.length}`)}${body}`;
  };
  const file = () => head(`GET ${FILE}/${large} HTTP/1.1`);

  test.for([
    ['a file', file],
    ['a bundle', bundle],
  ] as const)('who stops reading %s is let go, and the file with him', async ([, words]) => {
    loseSoon(1000);
    const socket = open();
    socket.write(words());
    const begun = new Promise<void>((resolve) => socket.once('readable', () => resolve()));
    await begun;
    while ((await openFiles()).length > 0) await sleep(50);
    while ((await connections()) > 0) await sleep(50);
    socket.destroy();
  });

  test('who waits while a large file is hashed is not', async () => {
    const { folder } = shop.order('one');
    await truncate(path.join(shop.world.root, folder, 'a.psd'), 4 * LARGE);
    loseSoon(60_000);
    const heard = await converse(open(), head(`HEAD ${FILE}/${large} HTTP/1.1`, 'Connection: close'));
    expect(heardIn(heard)).toMatchObject({ status: 200, headers: { 'content-length': String(4 * LARGE) } });
    await truncate(path.join(shop.world.root, folder, 'a.psd'), LARGE);
  });

  test('who does not come to the end of his question is told so', async () => {
    Object.assign(server, { headersTimeout: 400, requestTimeout: 500 });
    const heard = await converse(open(), `${head(`POST ${MARK} HTTP/1.1`, 'Content-Length: 100')}{"files":`);
    expect(heardIn(heard).status).toBe(408);
  });

  /** From the moment that the next question has come, the server is so many times less patient with its connection. */
  function loseSoon(times: number): void {
    server.prependOnceListener('request', ({ socket }) => socket.setTimeout(server.timeout / times));
  }

  function connections(): Promise<number> {
    return new Promise((resolve, reject) => {
      server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
    });
  }

  /** Says something and hears all that is answered until the connection ends. */
  function converse(socket: Socket, words: string): Promise<string> {
    let heard = '';
    socket.setEncoding('latin1').on('data', (text: string) => {
      heard += text;
    });
    socket.write(words);
    return new Promise((resolve) => socket.once('close', () => resolve(heard)));
  }
});
