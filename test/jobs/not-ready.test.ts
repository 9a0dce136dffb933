import { spawn } from 'node:child_process';
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openShop, type Shop } from '../steps/shop.js';
import { askOrderbak } from '../support/kept-orderbak.js';
import { PROGRAM } from '../support/run.js';
import { createWorld } from '../support/worlds.js';
import { atOnce, expectBlock } from './block.js';

let shop: Shop;
beforeAll(async () => {
  ({ shop } = await openShop('sqlite', [{ jobs: [{ image: 'a.txt' }], discusses: [['b.txt']] }]));
});
afterAll(() => shop.close());

const place = (name: string) => path.join(shop.world.folder, name);

test('a root that is not there, is no folder, is empty, is not marked or another shop’s: nothing is done', async () => {
  await writeFile(place('file'), '');
  await mkdir(place('empty'));
  await mkdir(place('unmarked/some-folder'), { recursive: true });
  await mkdir(place('others'));
  await writeFile(place('others/.orderbak-root'), 'somebody-else');
  // Each by another command: one of the same kind would have to wait.
  const cases = [
    ['gone', ['unlink-discuss'], 75, /does not exist/],
    ['file', ['unlink-trash'], 75, /is no folder/],
    ['empty', ['unlink-backed-up'], 75, /is empty/],
    ['unmarked', ['mark-backed-up', '1'], 5, /has no \.orderbak-root.*orderbak migrate/s],
    ['others', ['list'], 5, /another shop/],
  ] as const;
  const told = await Promise.all(
    cases.map(([name, args]) =>
      atOnce(() => askOrderbak(shop.world, args, { env: { ORDERBAK_ORDERS_ROOT: place(name) } })),
    ),
  );
  for (const [index, [name, , code, words]] of cases.entries()) {
    const done = told[index];
    expect({ name, code: done?.code, stdout: done?.stdout }).toEqual({ name, code, stdout: '' });
    expect(done?.stderr).toMatch(words);
  }
});

test('an office machine that has not pulled yet has no runs, not a broken catalog', async () => {
  const env = { ORDERBAK_DATABASE_URL: '', ORDERBAK_PULL_STORE: place('office') };
  const { code, stdout } = await askOrderbak(shop.world, ['jobs', '--json'], { env });
  expect({ code, ...(JSON.parse(stdout) as object) }).toEqual({
    code: 0,
    ok: true,
    command: 'jobs',
    runs: [],
  });
});

test('a dry run that cannot begin says so on stderr too, where cron looks', async () => {
  await mkdir(place('empty-dry'));
  const env = { ORDERBAK_ORDERS_ROOT: place('empty-dry') };
  const { code, stdout, stderr } = await askOrderbak(shop.world, ['unlink-discuss', '-n'], { env });
  expect({ code, stdout }).toMatchObject({
    code: 75,
    stdout: expect.stringContaining('unlink-discuss (dry run)'),
  });
  expect(stderr).toMatch(/is empty/);
});

describe('a SQLite file', () => {
  const insert = (file: string) =>
    atOnce(() => askOrderbak(shop.world, ['insert'], { env: { ORDERBAK_DATABASE_URL: `sqlite:${file}` } }));

  test('that is not there is not made; one that is none is told; one without tables too', async () => {
    const bare = await createWorld('sqlite');
    await writeFile(
      place('none.db'),
      'a text that is long enough for the head of a database file '.repeat(20),
    );
    const [missing, none, empty] = await Promise.all(
      [place('missing.db'), place('none.db'), bare.databaseUrl.slice('sqlite:'.length)].map(insert),
    );
    if (!missing || !none || !empty) throw new Error('three were asked');
    expectBlock(missing, 75, /there is no SQLite database/);
    await expect(rm(place('missing.db'))).rejects.toThrow('ENOENT');
    expectBlock(none, 1, /not a database/);
    expectBlock(empty, 1, /no such table.*orderbak migrate/s);
    await bare.remove();
  });

  test.runIf(process.getuid?.() === 0)('that may only be read', async () => {
    await chmod(shop.world.folder, 0o755);
    // Root may write to everything: another account has to try.
    const child = spawn(process.execPath, [PROGRAM, 'insert'], {
      uid: 65_534,
      gid: 65_534,
      cwd: shop.world.folder,
      env: {
        PATH: process.env.PATH,
        ORDERBAK_DATABASE_URL: shop.world.databaseUrl,
        ORDERBAK_SHOP_TIMEZONE: 'UTC',
      },
    });
    const output = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        output[name] += text;
      });
    }
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    expectBlock({ code, signal: null, ...output }, 75, /readonly database/);
  });
});
