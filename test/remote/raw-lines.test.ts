import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { rateLimit } from '../../src/remote/rate-limit.js';
import { RawLines, type RawQuestion } from '../../src/remote/raw-lines.js';

const FILE = randomBytes(5_000_000);
const NEVER = new AbortController().signal;

const closing: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A server, how many connections it has had, and a question for it. */
async function serve(answer: RequestListener) {
  const server: Server = createServer(answer).listen(0, '127.0.0.1');
  let connections = 0;
  server.on('connection', () => {
    connections += 1;
  });
  await once(server, 'listening');
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { question: questionFor('http', server.address()), connections: () => connections };
}

function questionFor(scheme: string, address: ReturnType<Server['address']>): RawQuestion {
  const { port } = address as AddressInfo;
  return { url: `${scheme}://127.0.0.1:${port}`, token: 't', path: '/file', body: null, patience: 10_000 };
}

function openLines(): RawLines {
  const lines = new RawLines();
  closing.push(() => lines.close());
  return lines;
}

async function hashOf(body: AsyncIterable<Uint8Array>, wait: () => Promise<unknown>): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of body) {
    await wait();
    hash.update(piece);
  }
  return hash.digest('hex');
}

const wholeFile: RequestListener = (_, response) => {
  response.writeHead(200, { 'content-length': FILE.byteLength, ETag: '"Ab"' }).end(FILE);
};

test('a piece of a file stays what it is until the next one is asked for', async () => {
  const { question } = await serve(wholeFile);
  const { status, fields, body } = await openLines().ask(question, NEVER);
  expect([status, fields.get('etag')]).toEqual([200, '"Ab"']);
  const slowly = await hashOf(body, () => sleep(Math.random() * 4));
  expect(slowly).toBe(createHash('sha256').update(FILE).digest('hex'));
});

test('nothing more is read while nobody asks for it', async () => {
  let sent = 0;
  const { question } = await serve((_, response) => {
    response.writeHead(200, { 'content-length': 2 ** 40 });
    const more = () => {
      do sent += FILE.byteLength;
      while (response.write(FILE));
    };
    response.on('drain', more);
    more();
  });
  const { body } = await openLines().ask(question, NEVER);
  for await (const _ of body) {
    for (let before = -1; before !== sent; await sleep(200)) before = sent;
    // What lies in the buffers of both systems.
    expect(sent).toBeLessThan(50_000_000);
    break;
  }
});

test('one connection serves one file after the other, and a question after them', async () => {
  const { question, connections } = await serve((request, response) => {
    if (request.method === 'POST') response.end('posted');
    else wholeFile(request, response);
  });
  const lines = openLines();
  for (let i = 0; i < 3; i++) await hashOf((await lines.ask(question, NEVER)).body, async () => {});
  let said = '';
  await lines.post(
    { ...question, body: '{}' },
    (piece) => (said += piece.toString()),
    rateLimit(null),
    NEVER,
  );
  expect([said, connections()]).toEqual(['posted', 1]);
});

test('who stops reading ends the connection', async () => {
  let isOver = () => {};
  const over = new Promise<void>((resolve) => {
    isOver = resolve;
  });
  const { question } = await serve((_, response) => {
    response.once('close', isOver).writeHead(200, { 'content-length': 1e9 }).write(FILE);
  });
  const { body } = await openLines().ask(question, NEVER);
  for await (const _ of body) break;
  await over;
});

test('a file that breaks off is an error, after all that has come of it', async () => {
  const { question } = await serve((_, response) => {
    response.writeHead(200, { 'content-length': FILE.byteLength });
    response.write(FILE.subarray(0, 1_000_000), () => response.destroy());
  });
  const { body } = await openLines().ask(question, NEVER);
  let came = 0;
  const reading = (async () => {
    for await (const piece of body) came += piece.byteLength;
  })();
  await expect(reading).rejects.toThrow('the connection was closed');
  expect(came).toBeGreaterThan(0);
});

test('a server that does not begin to answer is given up', async () => {
  const { question } = await serve(() => {});
  await expect(openLines().ask({ ...question, patience: 50 }, NEVER)).rejects.toThrow(
    'nothing came for 0.05 s',
  );
});

test('who gives up while the line is being opened does not wait for it', async () => {
  // It takes the connection, and never says a word of TLS.
  const mute = createTcpServer((socket) => closing.push(() => socket.destroy())).listen(0, '127.0.0.1');
  await once(mute, 'listening');
  closing.unshift(() => mute.close());
  const enough = new AbortController();
  const answer = openLines().ask(questionFor('https', mute.address()), enough.signal);
  setTimeout(() => enough.abort(), 50);
  await expect(answer).rejects.toThrow('closed');
});
