import { readdir, readFile, readlink, truncate } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Shop } from '../pull/office.js';
import { startServe } from '../support/serve.js';
import { ask, BUNDLE, expectError, FILE, heardIn, LIST, MARK } from './api.js';

const MB = 1_000_000;
const LARGE = 100 * MB;
const BUNDLED = 16;
const READERS = 12;

describe('what a client cannot do to the server', () => {
  let shop: Shop;
  let bundled: number[];
  let large: number;
  beforeAll(async () => {
    const names = Array.from({ length: BUNDLED }, (_, i) => `${i}.dat`);
    shop = await Shop.open(
      { one: { jobs: [{ image: 'large.psd', complete: names }] } },
      {},
      // What it has open and in memory must be its own.
      startServe,
    );
    const { folder } = shop.order('one');
    const grow = (name: string, size: number) => truncate(path.join(shop.world.root, folder, name), size);
    await grow('large.psd', LARGE);
    for (const name of names) await grow(name, 4 * MB);
    const rows = await shop.rows(shop.order('one'));
    large = rows.find(({ name }) => name === 'large.psd')?.id ?? 0;
    bundled = rows.filter(({ name }) => name.endsWith('.dat')).map(({ id }) => id);
  });
  afterAll(() => shop.close());

  function head(line: string, token: string, ...headers: string[]): string {
    return [line, 'Host: x', `Authorization: Bearer ${token}`, ...headers, '', ''].join('\r\n');
  }

  function open(): Socket {
    const { hostname, port } = new URL(shop.serve.url);
    return connect(Number(port), hostname).on('error', () => {});
  }

  /** Says something, hears the first piece of the answer, and reads no more. */
  function beginToHear(words: string): Promise<{ socket: Socket; heard: string }> {
    const socket = open();
    socket.write(words);
    return new Promise((resolve, reject) => {
      socket.once('close', () => reject(new Error('it was closed without a word')));
      socket.once('data', (heard: Buffer) => {
        socket.pause();
        resolve({ socket, heard: heard.toString('latin1') });
      });
    });
  }

  /** Sends until the connection ends or so much is out; answers whether it has ended. */
  async function sendOn(socket: Socket, bytes: number, piece: Buffer): Promise<boolean> {
    socket.resume();
    for (let sent = 0; sent < bytes && !socket.destroyed; sent += piece.length) {
      if (!socket.write(piece)) {
        await new Promise<void>((resolve) => {
          socket.once('drain', resolve).once('close', () => resolve());
        });
      }
    }
    return socket.destroyed;
  }

  const piece = Buffer.alloc(65_536, 'x');
  const chunk = Buffer.concat([Buffer.from('10000\r\n'), piece, Buffer.from('\r\n')]);

  test.for(['GET', 'POST', 'PUT'])('make it read a body without a token: %s', async (method) => {
    const shut = async (route: string, token: string, length: string, bytes: Buffer) => {
      const { socket, heard } = await beginToHear(head(`${method} ${route} HTTP/1.1`, token, length));
      expectError(shop.world, heardIn(heard), 401);
      expect(await sendOn(socket, 1000 * MB, bytes)).toBe(true);
    };
    const doors = [
      [LIST, 'x'],
      [BUNDLE, ''],
      [MARK, shop.serve.token.slice(1)],
      [`${FILE}/1`, 'x'],
    ] as const;
    await Promise.all(
      doors.flatMap(([route, token]) => [
        shut(route, token, 'Content-Length: 1000000000', piece),
        shut(route, token, 'Transfer-Encoding: chunked', chunk),
      ]),
    );
  });

  test.for([BUNDLE, MARK, LIST, `${FILE}/1`])(
    'make it read a body of any size with a token: %s',
    async (route) => {
      const socket = open();
      socket.write(head(`POST ${route} HTTP/1.1`, shop.serve.token, 'Transfer-Encoding: chunked'));
      let heard = '';
      socket.setEncoding('latin1').on('data', (text: string) => {
        heard += text;
      });
      while (heard === '' && !socket.destroyed) await sendOn(socket, chunk.length, chunk);
      expectError(shop.world, heardIn(heard), 413);
      expect(await sendOn(socket, 1000 * MB, chunk)).toBe(true);
    },
  );

  test('pin memory by reading slowly', async () => {
    const file = head(`GET ${FILE}/${large} HTTP/1.1`, shop.serve.token);
    const body = JSON.stringify({ ids: bundled });
    const bundle = `${head(`POST ${BUNDLE} HTTP/1.1`, shop.serve.token, `Content-Length: ${body.length}`)}${body}`;
    // Each kind once, so that what the program needs anyway is there.
    expect((await ask(shop.serve, `${FILE}/${large}`)).body.length).toBe(LARGE);
    await ask(shop.serve, BUNDLE, { method: 'POST', body });
    const before = await memory();
    const readers = await Promise.all(
      Array.from({ length: READERS }, () => [beginToHear(file), beginToHear(bundle)]).flat(),
    );
    // Somebody who reads well is served meanwhile, which takes longer than filling what stands between.
    expect((await ask(shop.serve, `${FILE}/${large}`)).body.length).toBe(LARGE);
    const after = await memory();
    for (const { socket } of readers) socket.destroy();
    // They asked for twelve times as much, and for as many bundles.
    expect(after - before).toBeLessThan(LARGE);
    while ((await opened()).files > 0) await sleep(20);
  });

  test('take all connections, or keep those that it has without a word', async () => {
    const said: string[] = [];
    const closed: Promise<void>[] = [];
    const drip = setInterval(() => dripping.write('x'), 500);
    const hear = (socket: Socket): Socket => {
      const index = said.push('') - 1;
      socket.setEncoding('latin1').on('data', (text: string) => {
        said[index] += text;
      });
      closed.push(new Promise((resolve) => socket.once('close', () => resolve())));
      return socket;
    };
    const dripping = hear(open());
    dripping.write('GET /');
    const connected = Array.from({ length: 1000 }, () => {
      const socket = hear(open());
      return new Promise<void>((resolve) => socket.once('connect', () => resolve()));
    });
    await Promise.all(connected);
    expect((await opened()).sockets).toBeLessThan(300);
    await Promise.all(closed);
    clearInterval(drip);
    expect(said[0]).toMatch(/^HTTP\/1\.1 408 /);
    for (const heard of said.filter((text) => text !== '')) expectError(shop.world, heardIn(heard), 408);
    expect((await ask(shop.serve, LIST)).status).toBe(200);
  });

  /** Bytes that the server's process has in memory. */
  async function memory(): Promise<number> {
    const status = await readFile(`/proc/${shop.serve.pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
  }

  /** What the server's process has open: connections, and files of the shop. */
  async function opened(): Promise<{ sockets: number; files: number }> {
    const folder = `/proc/${shop.serve.pid}/fd`;
    const names = await readdir(folder);
    const targets = await Promise.all(names.map((name) => readlink(`${folder}/${name}`).catch(() => '')));
    return {
      sockets: targets.filter((target) => target.startsWith('socket:')).length,
      files: targets.filter((target) => target.startsWith(shop.world.root)).length,
    };
  }
});
