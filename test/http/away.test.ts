import { mkdir, rename, rm } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { askOrderbak, keepServe } from '../support/kept-orderbak.js';
import type { Serve } from '../support/serve.js';
import { createWorld, type World } from '../support/worlds.js';
import { ask, BUNDLE, expectError, FILE, LIST, MARK, post } from './api.js';

let world: World;
let serve: Serve;
let line: Line;
beforeAll(async () => {
  world = await createWorld('mariadb', { pictures: 'small' });
  await world.addOrder({ jobs: [{ image: 'a.jpg' }] });
  for (const command of ['migrate', 'insert']) {
    expect(await askOrderbak(world, [command])).toMatchObject({ code: 0, stderr: '' });
  }
  line = await startLine(world.databaseUrl);
  serve = await keepServe(world, ['--quiet'], { env: { ORDERBAK_DATABASE_URL: line.url } });
});
afterAll(async () => {
  line.cut();
  await world.remove();
});

const claim = { id: 1, size: 1, sha256: 'a'.repeat(64) };
const questions = [
  () => ask(serve, LIST),
  () => ask(serve, `${FILE}/1`),
  () => post(serve, BUNDLE, { ids: [1] }),
  () => post(serve, MARK, { files: [claim] }),
];

test.each([
  ['is away', async () => {}],
  ['is an empty folder, as where its disk is not mounted', (root: string) => mkdir(root)],
])(
  'while the root %s: 503 to every question, and nothing is missing; then all is well again',
  async (_, leave) => {
    await rename(world.root, `${world.root} elsewhere`);
    await leave(world.root);
    for (const question of questions) expectError(world, await question(), 503);
    await rm(world.root, { recursive: true, force: true });
    await rename(`${world.root} elsewhere`, world.root);
    for (const question of questions) expect((await question()).status).toBe(200);
  },
);

test('while the database is away: 503 to whoever has the token, 401 to others, health to all; then all is well again', async () => {
  for (const question of questions) expect((await question()).status).toBe(200);
  line.cut();
  for (let round = 0; round < 3; round++) {
    for (const question of questions) expectError(world, await question(), 503);
    for (const path of [LIST, `${FILE}/1`, BUNDLE, MARK]) {
      expectError(world, await ask(serve, path, { authorization: 'Bearer x' }), 401);
    }
    expect((await ask(serve, '/healthz')).status).toBe(200);
  }
  await line.mend();
  for (const question of questions) expect((await question()).status).toBe(200);
});

/** A way to the database that can be cut. */
interface Line {
  readonly url: string;
  cut(): void;
  mend(): Promise<void>;
}

async function startLine(target: string): Promise<Line> {
  const url = new URL(target);
  const far = { host: url.hostname, port: Number(url.port) };
  const sockets = new Set<Socket>();
  let server: Server;
  const listen = async (port: number): Promise<number> => {
    server = createServer((near) => {
      const database = connect(far);
      for (const [end, other] of [
        [near, database],
        [database, near],
      ] as const) {
        sockets.add(end);
        end
          .on('error', () => {})
          .once('close', () => {
            sockets.delete(end);
            other.destroy();
          });
        end.pipe(other);
      }
    });
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  };
  const port = await listen(0);
  url.port = String(port);
  return {
    url: url.href,
    cut: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
    mend: async () => {
      await listen(port);
    },
  };
}
