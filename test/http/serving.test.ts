import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hashOf, Shop, someBytes } from '../pull/office.js';
import { askOrderbak } from '../support/kept-orderbak.js';
import { type Finished, runOrderbak } from '../support/run.js';
import { startServe } from '../support/serve.js';
import { createWorld, type World } from '../support/worlds.js';
import { ask, FILE } from './api.js';

/** One block of words: what failed and what to do, no stack. */
function expectBlock(finished: Finished, code: number, words: RegExp): void {
  expect(finished).toMatchObject({ code, signal: null, stdout: '' });
  expect(finished.stderr).toMatch(words);
  expect(finished.stderr).not.toMatch(/\n\s+at |\n\n/);
}

describe.concurrent('a server that cannot begin', () => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld('sqlite', { pictures: 'small' });
    expect(await askOrderbak(world, ['migrate'])).toMatchObject({ code: 0, stderr: '' });
  });
  afterAll(() => world.remove());

  test.for([
    ['no token', undefined, /serve needs a token/],
    ['an empty token', '', /serve needs a token/],
    ['a short token', 'x'.repeat(31), /at least 32 characters/],
    ['a token that no header can carry', 'ü'.repeat(40), /signs of ASCII/],
    ['a short one among good ones', `${'x'.repeat(32)} ${'y'.repeat(31)},${'z'.repeat(32)}`, /token 2 of 3/],
  ] as const)('%s: exit 2', async ([, token, words]) => {
    const env = { ORDERBAK_SERVER_TOKEN: token, ORDERBAK_SERVER_LISTEN: '127.0.0.1:0' };
    const finished = await askOrderbak(world, ['serve'], { env });
    expectBlock(finished, 2, words);
    expect(finished.stderr).toContain('ORDERBAK_SERVER_TOKEN');
    for (const one of (token ?? '').split(/[ ,]/).filter((word) => word !== ''))
      expect(finished.stderr).not.toContain(one);
  });

  test('on the machine in the office it says so, not that a token is missing there', async () => {
    const env = { ORDERBAK_PULL_URL: 'http://127.0.0.1:9' };
    const finished = await runOrderbak(world, ['serve'], { bare: true, env });
    expectBlock(finished, 2, /this command is for the server, and this machine is configured as the office/);
  });

  test('a port that is in use: exit 1, and it says which', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const env = { ORDERBAK_SERVER_LISTEN: `127.0.0.1:${port}` };
    expectBlock(
      await runOrderbak(world, ['serve'], { env }),
      1,
      new RegExp(`127\\.0\\.0\\.1:${port}.*in use`),
    );
    other.close();
  });

  const listen = (ORDERBAK_SERVER_LISTEN: string, ...flags: string[]) =>
    askOrderbak(world, ['serve', ...flags], { env: { ORDERBAK_SERVER_LISTEN } });

  test("an address that is none, or not this machine's", async () => {
    expectBlock(await listen('everywhere'), 2, /address and port/);
    expectBlock(await listen('192.0.2.1:0', '--insecure-http'), 1, /cannot listen on 192\.0\.2\.1/);
  });

  test.for(['0.0.0.0:0', '[::]:0', 'shop.invalid:0'])(
    'an address that others hear, without TLS: %s: exit 2, and it says what to do',
    async (address) => {
      const finished = await listen(address);
      expectBlock(finished, 2, /without TLS/);
      for (const remedy of [address, 'tls_cert', 'tls_key', '127.0.0.1', '--insecure-http'])
        expect(finished.stderr).toContain(remedy);
    },
  );

  test('a root that is not there: exit 75', async () => {
    const env = { ORDERBAK_ORDERS_ROOT: `${world.folder}/nowhere` };
    expectBlock(await runOrderbak(world, ['serve'], { env }), 75, /nowhere/);
  });
});

describe.concurrent('a server that is told to end', () => {
  let shop: Shop;
  beforeAll(async () => {
    // More than all buffers between the two hold.
    shop = await Shop.open({ one: { jobs: [{ image: 'large.psd' }] } }, { 'large.psd': 30_000_000 });
  });
  afterAll(() => shop.close());

  test('lets a download end whole, takes no new question, and ends with 0', async () => {
    const serve = await startServe(shop.world, ['--quiet']);
    const [row] = await shop.rows(shop.order('one'));
    const headers = { authorization: `Bearer ${serve.token}`, connection: 'keep-alive' };
    const download = await new Promise<Buffer>((resolve, reject) => {
      const asked = request(`${serve.url}${FILE}/${row?.id}`, { headers });
      asked.once('error', reject).once('response', (response) => {
        // The head is here, and nobody has read the body yet.
        const stopped = serve.stop();
        const refused = until(() =>
          ask(serve, '/healthz').then(
            () => false,
            () => true,
          ),
        );
        refused
          .then(() => buffer(response))
          .then(async (bytes) => {
            expect(await stopped).toEqual({ code: 0, signal: null, stdout: '', stderr: '' });
            resolve(bytes);
          })
          .catch(reject);
      });
      asked.end();
    });
    expect(hashOf(download)).toBe(hashOf(someBytes(30_000_000, `${shop.order('one').folder}/large.psd`)));
  });

  test('does not wait for a connection that asks nothing', async () => {
    const serve = await startServe(shop.world, ['--quiet']);
    const idle = await fetch(`${serve.url}/healthz`, { keepalive: true });
    await idle.arrayBuffer();
    expect(await serve.stop()).toMatchObject({ code: 0, stderr: '' });
  });
});

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 10));
}
