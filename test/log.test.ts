import { copyFile, readFile, truncate } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { ask } from './http/api.js';
import { openShop, type Shop } from './steps/shop.js';
import { askOrderbak, keepServe } from './support/kept-orderbak.js';

interface Line {
  readonly level: string;
  readonly time: string;
  readonly message: string;
  readonly run: number | null;
  readonly step: string;
  readonly order?: number | null;
  readonly path?: string;
  readonly reason?: string | null;
}

let shop: Shop;
let order: number;
let file: string;
beforeAll(async () => {
  const opened = await openShop('sqlite', [
    { jobs: [{ image: 'a.txt' }], discusses: [['chat.png', 'ok.txt']], looks: { 'chat.png': 'damaged' } },
  ]);
  shop = opened.shop;
  order = opened.orders[0]?.id ?? 0;
  file = path.join(shop.world.folder, 'orderbak.log');
});
afterAll(() => shop.close());

const run = (args: readonly string[], log = file) =>
  askOrderbak(shop.world, args, { env: { ORDERBAK_LOG_FILE: log } });
const lines = async (): Promise<Line[]> =>
  (await readFile(file, 'utf8'))
    .split('\n')
    .flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Line]));

test('each run writes that it began and ended, and each file that was held back, as a line of JSON', async () => {
  const began = Date.now();
  expect((await run(['insert'])).code).toBe(0);
  expect(await run(['unlink-discuss'])).toMatchObject({ code: 0, stdout: '', stderr: '' });
  const told = await lines();
  expect(told.map(({ level, message, run: id, step }) => [level, message, id, step])).toEqual([
    ['info', 'began', 1, 'insert'],
    ['info', 'ended', 1, 'insert'],
    ['info', 'began', 2, 'unlink-discuss'],
    ['warn', 'held back', 2, 'unlink-discuss'],
    ['info', 'ended', 2, 'unlink-discuss'],
  ]);
  expect(told[3]).toMatchObject({
    order,
    path: expect.stringMatching(/\/chat\.png$/),
    reason: expect.stringContaining('no thumb can be made'),
  });
  expect(Date.parse(told[0]?.time ?? '')).toBeGreaterThanOrEqual(began);
});

test('a purge that is part of a run has its own beginning and end', async () => {
  const trash = `${file}.trash`;
  expect((await run(['unlink-trash'], trash)).code).toBe(0);
  const told = (await readFile(trash, 'utf8')).trim().split('\n');
  const ends = told.map((line) => JSON.parse(line) as Line).filter(({ message }) => message !== 'held back');
  expect(ends.map(({ message, step }) => [message, step])).toEqual([
    ['began', 'unlink-trash'],
    ['ended', 'unlink-trash'],
    ['began', 'purge-trash'],
    ['ended', 'purge-trash'],
  ]);
});

test('a run that cannot begin is there too, with its reason', async () => {
  const env = { ORDERBAK_LOG_FILE: file, ORDERBAK_DATABASE_URL: 'sqlite:/no/such.db' };
  expect((await askOrderbak(shop.world, ['insert'], { env })).code).toBe(75);
  expect((await lines()).at(-1)).toMatchObject({
    level: 'error',
    message: 'ended',
    run: null,
    step: 'insert',
    reason: expect.stringContaining('there is no SQLite database'),
  });
});

test('serve writes its requests there, and goes on in a file that was copied and cut meanwhile', async () => {
  const serve = await keepServe(shop.world, ['--quiet'], { env: { ORDERBAK_LOG_FILE: file } });
  await ask(serve, '/first');
  // The client has its answer before the server writes that it has.
  await vi.waitFor(async () => expect(await readFile(file, 'utf8')).toContain('"path":"/first"'), {
    timeout: 60_000,
  });
  await copyFile(file, `${file}.1`);
  await truncate(file, 0);
  await ask(serve, '/second');
  await serve.stop();
  const before = await readFile(`${file}.1`, 'utf8');
  expect(before).toContain('"path":"/first"');
  const after = await lines();
  expect(after.map(({ level, step, path: asked }) => [level, step, asked])).toEqual([
    ['info', 'serve', '/second'],
  ]);
});

test('a log that cannot be written is said once, and fails no run', async () => {
  const done = await run(['insert'], '/no/such/folder/orderbak.log');
  expect(done.code).toBe(0);
  expect(done.stderr).toMatch(
    /^! orderbak: nothing is written to the log \/no\/such\/folder\/orderbak\.log: ENOENT[^\n]*\n$/,
  );
});
