import { readdir, readFile, readlink, rm } from 'node:fs/promises';
import { request } from 'node:http';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { extract } from 'tar-stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hashOf, Shop } from '../pull/office.js';
import { ask, BUNDLE, expectError, jsonOf, LIST, post } from './api.js';

interface Member {
  readonly name: string;
  readonly size: number | undefined;
  readonly linkname: string | null | undefined;
  readonly mtime: number | undefined;
  readonly bytes: Buffer;
}

async function unpack(tar: Buffer): Promise<Member[]> {
  const members: Member[] = [];
  const reader = extract();
  reader.end(tar);
  for await (const entry of reader) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry as AsyncIterable<Buffer>) chunks.push(chunk);
    const { name, size, mtime, linkname } = entry.header;
    members.push({ name, size, linkname, mtime: mtime?.getTime(), bytes: Buffer.concat(chunks) });
  }
  return members;
}

describe('a bundle', () => {
  let shop: Shop;
  let ids: Map<string, number>;
  beforeAll(async () => {
    shop = await Shop.open(
      {
        small: {
          jobs: [
            {
              image: 'a.jpg',
              attach: [`ánh "b" 🏠.txt`, 'empty.png'],
              complete: ['middling.psd', 'large.psd', 'gone.jpg'],
            },
          ],
        },
        many: { jobs: Array.from({ length: 16 }, (_, i) => ({ image: `${i}.dat` })) },
      },
      {
        'empty.png': 0,
        'middling.psd': 1_000_000,
        'large.psd': 5_000_000,
        ...Object.fromEntries(Array.from({ length: 16 }, (_, i) => [`${i}.dat`, 800_000])),
      },
    );
    await rm(onServer('gone.jpg'));
    ids = new Map((await shop.rows(shop.order('small'))).map((row) => [row.name, row.id]));
  });
  afterAll(() => shop.close());

  function onServer(name: string): string {
    return path.join(shop.world.root, shop.order('small').folder, name);
  }

  test('holds the files by their ids, with size, hash and time; what is missing or large is left out', async () => {
    const asked = [...ids.values(), 987_654, ...ids.values()];
    const reply = await post(shop.serve, BUNDLE, { ids: asked });
    expect(reply).toMatchObject({ status: 200, headers: { 'content-type': 'application/x-tar' } });
    const members = await unpack(reply.body);
    const expected = [...ids].filter(([name]) => name !== 'gone.jpg' && name !== 'large.psd');
    expect([...new Set(members.map(({ name }) => name))].sort()).toEqual(
      expected.map(([, id]) => String(id)).sort(),
    );
    const list = jsonOf<{ files: { id: number; mtime: number }[] }>(await ask(shop.serve, LIST)).files;
    for (const [name, id] of expected) {
      const member = members.find((one) => one.name === String(id));
      const bytes = await readFile(onServer(name));
      expect(member?.bytes.equals(bytes), name).toBe(true);
      const mtime = list.find((file) => file.id === id)?.mtime ?? 0;
      expect(member).toMatchObject({
        size: bytes.length,
        linkname: hashOf(bytes),
        mtime: Math.floor(mtime / 1000) * 1000,
      });
    }
    expect(reply.body.toString('latin1')).not.toContain(shop.order('small').folder);
  });

  test('of nothing that is there is an empty tar', async () => {
    const reply = await post(shop.serve, BUNDLE, { ids: [987_654] });
    expect(reply.status).toBe(200);
    expect(await unpack(reply.body)).toEqual([]);
  });

  test('is not given for no ids', async () => {
    expectError(shop.world, await post(shop.serve, BUNDLE, { ids: [] }), 400);
  });

  test('is not given for too many ids or too long a question', async () => {
    expectError(shop.world, await post(shop.serve, BUNDLE, { ids: Array(1001).fill(1) }), 400);
    const large = JSON.stringify({ ids: [1], x: 'a'.repeat(5_000_000) });
    expectError(shop.world, await post(shop.serve, BUNDLE, large), 413);
    const chunked = { method: 'POST', headers: { 'transfer-encoding': 'chunked' }, body: large };
    expectError(shop.world, await ask(shop.serve, BUNDLE, chunked), 413);
  });

  test('that nobody waits for any more does not end the server, and leaves no file open', async () => {
    const rows = await shop.rows(shop.order('many'));
    const body = JSON.stringify({ ids: rows.map((row) => row.id) });
    for (const after of [1, 10_000, 900_000, 4_000_000, 9_000_000]) {
      await Promise.all(Array.from({ length: 4 }, () => leaveAfter(body, after)));
    }
    expect((await ask(shop.serve, '/healthz')).status).toBe(200);
    const whole = await unpack((await post(shop.serve, BUNDLE, body)).body);
    expect(whole).toHaveLength(rows.length);
    while ((await openFiles()).length > 0) await sleep(20);
  });

  /** Takes so many bytes of the answer and goes. */
  function leaveAfter(body: string, bytes: number): Promise<void> {
    return new Promise((resolve) => {
      const headers = { authorization: `Bearer ${shop.serve.token}` };
      const asked = request(`${shop.serve.url}${BUNDLE}`, { method: 'POST', headers, agent: false });
      let taken = 0;
      asked.on('error', () => {}).once('close', resolve);
      asked.once('response', (response) => {
        response
          .on('error', () => {})
          .on('data', (chunk: Buffer) => {
            taken += chunk.length;
            if (taken >= bytes) asked.destroy();
          });
      });
      asked.end(body);
    });
  }

  /** The shop's pictures that the server has open. */
  async function openFiles(): Promise<string[]> {
    const folder = `/proc/${shop.serve.pid}/fd`;
    const names = await readdir(folder).catch(() => []);
    const targets = await Promise.all(names.map((name) => readlink(`${folder}/${name}`).catch(() => '')));
    return targets.filter((target) => target.startsWith(shop.world.root));
  }
});
