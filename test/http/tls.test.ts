import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { createInterface } from 'node:readline';
import { buffer } from 'node:stream/consumers';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Shop } from '../pull/office.js';
import { type Certificate, makeCertificate } from '../support/certificate.js';
import { type Started, start } from '../support/run.js';
import { expectError, LIST, type Reply } from './api.js';

describe.concurrent('a server that speaks TLS itself', () => {
  let shop: Shop;
  let own: Certificate;
  let serving: Started;
  let url: string;
  beforeAll(async () => {
    shop = await Shop.open(
      { one: { jobs: [{ image: 'a.jpg', attach: ['b.txt'], complete: ['large.psd'] }] } },
      { 'large.psd': 3_000_000 },
    );
    own = makeCertificate(shop.world.folder);
    const env = {
      ORDERBAK_SERVER_LISTEN: '127.0.0.1:0',
      ORDERBAK_SERVER_TLS_CERT: own.cert,
      ORDERBAK_SERVER_TLS_KEY: own.key,
    };
    serving = start(shop.world, ['serve', '--json'], { env });
    const { stdout } = serving.child;
    if (stdout === null) throw new Error('what it says is heard');
    for await (const line of createInterface({ input: stdout })) {
      url = (JSON.parse(line) as { url: string }).url;
      break;
    }
  });
  afterAll(async () => {
    serving.child.kill('SIGTERM');
    const { code, stderr } = await serving.finished;
    expect(code).toBe(0);
    // What a bundle does not bring is fetched by itself, and what is not plain again by another way, so that only the server's
    // log tells what works from what does not.
    expect(stderr).toMatch(/"path":"[^"]*order_file_bundle","status":200/);
    expect(stderr.match(/order_file\/\d+/g)).toHaveLength(1);
    await shop.close();
  });

  async function ask(path: string, headers: Record<string, string>): Promise<Reply> {
    const ca = await readFile(own.cert);
    return new Promise((resolve, reject) => {
      const asked = request(`${url}${path}`, { ca, headers, agent: false });
      asked.once('error', reject).once('response', (response) => {
        buffer(response).then(
          (body) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
          reject,
        );
      });
      asked.end();
    });
  }

  test('answers under https, and asks for the token there too', async () => {
    expect(url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    const list = await ask(LIST, { authorization: `Bearer ${shop.world.token}` });
    expect(list.status).toBe(200);
    expect(JSON.parse(list.body.toString()).files).toHaveLength(3);
    expectError(shop.world, await ask(LIST, { authorization: 'Bearer x' }), 401);
  });

  test('speaks no older TLS than 1.2', async () => {
    const { hostname, port } = new URL(url);
    const handshake = (maxVersion: 'TLSv1.1' | 'TLSv1.2') =>
      new Promise<string | null>((resolve, reject) => {
        const ciphers = 'DEFAULT@SECLEVEL=0';
        const options = { host: hostname, port: Number(port), rejectUnauthorized: false, ciphers };
        const socket = connect({ ...options, minVersion: 'TLSv1', maxVersion }, () => {
          resolve(socket.getProtocol());
          socket.destroy();
        });
        socket.once('error', reject);
      });
    await expect(handshake('TLSv1.1')).rejects.toThrow(/protocol version|handshake failure/);
    expect(await handshake('TLSv1.2')).toBe('TLSv1.2');
  });

  test('is pulled from by an office that knows who signed it, and by no other', async () => {
    const office = await shop.office('one');
    const stranger = await office.pull([], { env: { ORDERBAK_PULL_URL: url } });
    expect(stranger).toMatchObject({ code: 75, stdout: '' });
    expect(stranger.stderr).toMatch(/certificate that is not trusted: self.signed certificate/);
    expect(stranger.stderr).toMatch(/set NODE_EXTRA_CA_CERTS=.*Nothing is lost/);
    await office.expectMarked([]);
    // Node reads the certificates when it starts.
    const friend = office.begin([], { env: { ORDERBAK_PULL_URL: url, NODE_EXTRA_CA_CERTS: own.cert } });
    expect(await friend.finished).toEqual({ code: 0, signal: null, stdout: '', stderr: '' });
    await office.expectAllStored();
  });
});
