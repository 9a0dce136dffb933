import { spawn } from 'node:child_process';
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import pLimit from 'p-limit';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { freePort } from './support/ports.js';
import { type Finished, PROGRAM, type RunOptions, runOrderbak } from './support/run.js';
import { createWorld, type World } from './support/worlds.js';

const SECRET = 'correct-horse-battery';
const atOnce = pLimit(2);

let ready: World;
let bare: World;
let mariadb: World;
beforeAll(async () => {
  [ready, bare, mariadb] = await Promise.all([
    createWorld('sqlite'),
    createWorld('sqlite'),
    createWorld('mariadb'),
  ]);
  await ready.addOrder({ jobs: [{ image: 'a.txt' }], discusses: [['b.txt']] });
  expect(await runOrderbak(ready, ['migrate'])).toMatchObject({ code: 0 });
});
afterAll(() => Promise.all([ready, bare, mariadb].map((world) => world.remove())));

/** One block of words: what failed, what to do, no more; nothing on standard output. */
function expectBlock(done: Finished, code: number, words: RegExp): void {
  expect({ code: done.code, stdout: done.stdout, stderr: done.stderr }).toEqual({
    code,
    stdout: '',
    stderr: expect.stringMatching(words),
  });
  expect(done.stderr).toMatch(/^✖ orderbak: \S/);
  expect(done.stderr.match(/✖/g)).toHaveLength(1);
  expect(done.stderr.trimEnd().split('\n').length).toBeLessThanOrEqual(6);
  expect(done.stderr).not.toMatch(/^\s+at |node:|\.js:\d+/m);
  expect(done.stderr).not.toContain(SECRET);
}

type Case = readonly [
  what: string,
  args: string[],
  options: () => RunOptions | Promise<RunOptions>,
  code: number,
  words: RegExp,
];
const env = (values: Record<string, string | undefined>) => () => ({ env: values });
const database = (change: (url: URL) => void) => () => {
  const url = new URL(mariadb.databaseUrl);
  change(url);
  return { env: { ORDERBAK_DATABASE_URL: url.href } };
};

const CASES: readonly Case[] = [
  [
    'a wrong password',
    ['insert'],
    database((url) => {
      url.password = SECRET;
    }),
    2,
    /Access denied for user .* \[database\] url/s,
  ],
  [
    'an unknown user',
    ['insert'],
    database((url) => {
      url.username = 'nobody-here';
      url.password = SECRET;
    }),
    2,
    /Access denied/,
  ],
  [
    'an unknown database',
    ['insert'],
    database((url) => {
      url.pathname = '/no_such_shop';
    }),
    2,
    /Unknown database 'no_such_shop'/,
  ],
  [
    'a port where nobody listens',
    ['insert'],
    async () => ({
      env: { ORDERBAK_DATABASE_URL: `mysql://u:${SECRET}@127.0.0.1:${await freePort()}/shop` },
    }),
    75,
    /does not answer.*ECONNREFUSED/s,
  ],
  [
    'a host that there is not',
    ['insert'],
    env({ ORDERBAK_DATABASE_URL: `mysql://u:${SECRET}@nowhere.invalid/shop` }),
    75,
    /does not answer/,
  ],
  [
    'a database without the tables',
    ['insert'],
    database(() => {}),
    1,
    /is not ready:.*Run `orderbak migrate` first/s,
  ],
  [
    'a URL of another kind',
    ['insert'],
    env({ ORDERBAK_DATABASE_URL: `postgres://u:${SECRET}@h/d` }),
    2,
    /neither with mysql/,
  ],
  [
    'a URL without a database',
    ['insert'],
    env({ ORDERBAK_DATABASE_URL: `mysql://u:${SECRET}@h` }),
    2,
    /names no host or no database/,
  ],
  [
    'a password with a percent sign',
    ['insert'],
    env({ ORDERBAK_DATABASE_URL: `mysql://u:${SECRET}%zz@h/d` }),
    2,
    /percent-encoded/,
  ],
  [
    'a password with a slash',
    ['insert'],
    env({ ORDERBAK_DATABASE_URL: `mysql://u:1/${SECRET}@h/d` }),
    2,
    /percent-encoded/,
  ],
  [
    'no database',
    ['insert'],
    env({ ORDERBAK_DATABASE_URL: undefined }),
    2,
    /database\.url is not set.*ORDERBAK_DATABASE_URL/s,
  ],
  ['no zone', ['insert'], env({ ORDERBAK_SHOP_TIMEZONE: undefined }), 2, /shop\.timezone is not set/],
  [
    'a zone that is none',
    ['insert'],
    env({ ORDERBAK_SHOP_TIMEZONE: 'Saigon' }),
    2,
    /"Saigon" is not a time zone/,
  ],
  ['no root', ['unlink-discuss'], env({ ORDERBAK_ORDERS_ROOT: undefined }), 2, /orders\.root is not set/],
  [
    'a variable that nobody knows',
    ['insert'],
    env({ ORDERBAK_TRASH_KEPE: SECRET }),
    2,
    /ORDERBAK_TRASH_KEPE/,
  ],
  [
    'a configuration that is not there',
    ['insert', '--config', 'no.toml'],
    env({}),
    2,
    /no configuration file no\.toml/,
  ],
  [
    'an option that there is not',
    ['insert', '--ordr', '5'],
    env({}),
    2,
    /unknown option '--ordr'.*orderbak insert --help/s,
  ],
  ['an order that is no number', ['unlink-discuss', '--order', '12x'], env({}), 2, /--order.*whole number/s],
  ['a limit of nothing', ['unlink-trash', '--limit', '0'], env({}), 2, /--limit.*above 0/s],
  ['a ceiling that is none', ['unlink-trash', '--max-delete', '120%'], env({}), 2, /--max-delete.*50%/s],
  ['an age that is none', ['insert', '--older-than', '3m'], env({}), 2, /--older-than.*3 months/s],
  ['a command that there is not', ['unlnk-trash'], env({}), 2, /unknown command 'unlnk-trash'/],
];

describe('each of these is said in one block of words, with its exit code', () => {
  test.concurrent.each(CASES)('%s', async (_, args, options, code, words) => {
    expectBlock(await atOnce(async () => runOrderbak(ready, args, await options())), code, words);
  });
});

describe('a root', () => {
  const run = (root: string, world = ready) =>
    runOrderbak(world, ['unlink-discuss'], { env: { ORDERBAK_ORDERS_ROOT: root } });

  test('that is not there, is no folder, is empty, or is not marked', async () => {
    const place = (name: string) => path.join(ready.folder, name);
    await writeFile(place('file'), '');
    await mkdir(place('empty'));
    await mkdir(place('unmarked/some-folder'), { recursive: true });
    await mkdir(place('others'));
    await writeFile(place('others/.orderbak-root'), 'somebody-else');
    const cases = [
      ['gone', 75, /does not exist/],
      ['file', 75, /is no folder/],
      ['empty', 75, /is empty/],
      ['unmarked', 5, /has no \.orderbak-root.*orderbak migrate/s],
      ['others', 5, /another shop/],
    ] as const;
    // One after the other: they would keep each other from running.
    for (const [name, code, words] of cases) {
      const done = await run(place(name));
      expect({ name, code: done.code, stdout: done.stdout }).toEqual({ name, code, stdout: '' });
      expect(done.stderr).toMatch(words);
    }
    expect(await ready.ask((each) => each.all('SELECT * FROM orderbak_deletion'))).toEqual([]);
  });
});

describe('a SQLite file', () => {
  const run = (file: string) =>
    runOrderbak(ready, ['insert'], { env: { ORDERBAK_DATABASE_URL: `sqlite:${file}` } });

  test('that is not there is not made; one that is none is told; one without tables too', async () => {
    const [missing, none] = ['missing.db', 'none.db'].map((name) => path.join(ready.folder, name));
    await writeFile(
      none ?? '',
      'this is a text, and long enough to be read as the head of a database file '.repeat(20),
    );
    expectBlock(await run(missing ?? ''), 75, /there is no SQLite database/);
    await expect(rm(missing ?? '')).rejects.toThrow('ENOENT');
    expectBlock(await run(none ?? ''), 1, /not a database/);
    expectBlock(await run(bare.databaseUrl.slice('sqlite:'.length)), 1, /no such table.*orderbak migrate/s);
  });

  test.runIf(process.getuid?.() === 0)('that may only be read', async () => {
    const { folder, databaseUrl } = ready;
    await chmod(folder, 0o755);
    // Root may write to everything: another account has to try.
    const child = spawn(process.execPath, [PROGRAM, 'insert'], {
      uid: 65_534,
      gid: 65_534,
      cwd: folder,
      env: { PATH: process.env.PATH, ORDERBAK_DATABASE_URL: databaseUrl, ORDERBAK_SHOP_TIMEZONE: 'UTC' },
    });
    const output = { stdout: '', stderr: '' };
    child.stdout.on('data', (text: Buffer) => {
      output.stdout += text.toString();
    });
    child.stderr.on('data', (text: Buffer) => {
      output.stderr += text.toString();
    });
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    expectBlock({ code, signal: null, ...output }, 1, /readonly database/);
  });
});

test('a view that was dropped, on both databases', async () => {
  await Promise.all(
    [bare, mariadb].map((world) =>
      atOnce(async () => {
        expect(await runOrderbak(world, ['migrate'])).toMatchObject({ code: 0 });
        await world.ask((each) => each.run('DROP VIEW orderbak_order_file'));
        const done = await runOrderbak(world, ['insert', '--dry-run']);
        // Without an order there is no file to ask for.
        await world.addOrder({ missing: 'all', jobs: [{ image: 'a.txt' }] });
        const told = await runOrderbak(world, ['insert']);
        expect({ code: done.code, told: told.code }).toEqual({ code: 0, told: 3 });
        expect(told.stderr).toMatch(/orderbak_order_file/);
      }),
    ),
  );
});

test('under --json an error is one object on standard output, and the words stay on standard error', async () => {
  const [step, migrate] = await Promise.all([
    runOrderbak(ready, ['insert', '--json'], { env: { ORDERBAK_DATABASE_URL: 'sqlite:/nowhere.db' } }),
    runOrderbak(ready, ['migrate', '--json'], { env: { ORDERBAK_DATABASE_URL: inject('mysqlUrl') } }),
  ]);
  expect(JSON.parse(step.stdout)).toMatchObject({
    ok: false,
    command: 'insert',
    run: null,
    counts: { planned: 0, done: 0, skipped: 0, held: 0, failed: 0 },
    errors: [{ id: null, path: '', code: 'database-away', message: expect.stringContaining('/nowhere.db') }],
  });
  expect(step.code).toBe(75);
  expect(step.stderr).toContain('there is no SQLite database');
  expect(JSON.parse(migrate.stdout)).toEqual({
    ok: false,
    error: { code: 'database-url', message: expect.any(String) },
  });
  expect(migrate.code).toBe(2);
});
