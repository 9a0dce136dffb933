import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { atOnce, expectBlock, SECRET } from './jobs/block.js';
import { askOrderbak } from './support/kept-orderbak.js';
import { freePort } from './support/ports.js';
import { runOrderbak, start } from './support/run.js';
import { createWorld, type World } from './support/worlds.js';

let world: World;
let mariadb: World;
beforeAll(async () => {
  [world, mariadb] = await Promise.all([createWorld('sqlite'), createWorld('mariadb')]);
});
afterAll(() => Promise.all([world, mariadb].map((each) => each.remove())));

function run(args: readonly string[], env: Readonly<Record<string, string | undefined>> = {}) {
  return askOrderbak(world, args, { env });
}

describe('a database that does not let itself be used', () => {
  const insert = (url: string) => run(['insert'], { ORDERBAK_DATABASE_URL: url });

  test.concurrent.each([
    ['postgres://u:$@h/d', 2, /neither with mysql/],
    ['mysql://u:$@h', 2, /names no host or no database/],
    ['mysql://u:$%zz@h/d', 2, /percent-encoded/],
    ['mysql://u:1/$@h/d', 2, /percent-encoded/],
    ['mysql://u:$@h/d?ssl=1', 2, /orderbak knows socket, ssl-mode, ssl-ca, and not ssl\n/],
    ['mysql://u:$@h/d?ssl-mode=PREFERRED', 2, /ssl-mode is none of DISABLED, REQUIRED/],
    ['mysql://u:$@h/d?ssl-ca=/ca.pem&ssl-mode=REQUIRED', 2, /ssl-ca is looked at with/],
    ['mysql://u:$@h/d?ssl-ca=/no/ca.pem&ssl-mode=VERIFY_CA', 2, /ssl-ca cannot be read: ENOENT/],
    ['mysql://u:$@nowhere.invalid/d', 75, /the database does not answer/],
  ])('%s', async (url, code, words) => {
    expectBlock(await insert(url.replace('$', SECRET)), code, words);
  });

  const ASKING = [['insert'], ['status'], ['report'], ['list'], ['jobs'], ['jobs', 'retry', '1']];

  test.concurrent.each(ASKING)('a port where nobody listens: %s %s', async (...args) => {
    const url = `mysql://u:${SECRET}@127.0.0.1:${await freePort()}/shop`;
    expectBlock(await run(args, { ORDERBAK_DATABASE_URL: url }), 75, /does not answer.*ECONNREFUSED/s);
  });

  test.concurrent.each(ASKING)('a wrong password: %s %s', async (...args) => {
    const url = Object.assign(new URL(mariadb.databaseUrl), { password: SECRET });
    expectBlock(await run(args, { ORDERBAK_DATABASE_URL: url.href }), 2, /Access denied.*\[database\] url/s);
  });

  test.concurrent.each<[string, (url: URL) => unknown, number, RegExp]>([
    [
      'an unknown database',
      (url) => Object.assign(url, { pathname: '/no_shop' }),
      2,
      /Unknown database 'no_shop'/,
    ],
    ['no tables in it', () => {}, 1, /is not ready:.*Run `orderbak migrate` first/s],
  ])('%s', async (_, change, code, words) => {
    const url = new URL(mariadb.databaseUrl);
    change(url);
    expectBlock(await insert(url.href), code, words);
  });
});

const NO_OFFICE = {
  ORDERBAK_PULL_URL: undefined,
  ORDERBAK_PULL_TOKEN: undefined,
  ORDERBAK_PULL_STORE: undefined,
};

test('no configuration at all: where it was looked for, and what makes one', async () => {
  const done = await Promise.all(
    [['insert'], ['pull'], ['list'], ['status'], ['config', 'validate']].map((words) =>
      atOnce(() => runOrderbak(world, words, { bare: true })),
    ),
  );
  for (const one of done)
    expectBlock(one, 2, /no configuration file; looked for .*orderbak\.toml, .*orderbak init/s);
});

describe('a configuration that is not right', () => {
  test.concurrent.each<[string[], Record<string, string | undefined>, RegExp]>([
    [['insert'], { ORDERBAK_DATABASE_URL: undefined }, /database\.url is not set.*ORDERBAK_DATABASE_URL/s],
    [['insert'], { ORDERBAK_SHOP_TIMEZONE: undefined }, /shop\.timezone is not set/],
    [['insert'], { ORDERBAK_SHOP_TIMEZONE: 'Saigon' }, /"Saigon" is not a time zone/],
    [['unlink-discuss'], { ORDERBAK_ORDERS_ROOT: undefined }, /orders\.root is not set/],
    [['insert'], { ORDERBAK_TRASH_KEPE: SECRET }, /ORDERBAK_TRASH_KEPE/],
    [['insert', '--config', 'no.toml'], {}, /no configuration file no\.toml/],
    [
      ['pull'],
      { ORDERBAK_DATABASE_URL: 'sqlite:/x', ...NO_OFFICE },
      /for the office, .* as the server.*pull\.store/s,
    ],
    [['config', 'validate'], { ORDERBAK_DATABASE_URL: 'sqllite:/x' }, /begins neither with/],
  ])('%j %j', async (args, env, words) => {
    expectBlock(await run(args, env), 2, words);
  });
});

describe('a command line that is not right', () => {
  test.concurrent.each<[string[], RegExp]>([
    [['insert', '--ordr', '5'], /unknown option '--ordr'.*orderbak insert --help/s],
    [['unlink-discuss', '--order', '12x'], /--order.*whole number/s],
    [['unlink-trash', '--limit', '0'], /--limit.*above 0/s],
    [['unlink-trash', '--max-delete', '120%'], /--max-delete.*50%/s],
    [['insert', '--older-than', '3m'], /--older-than.*3 months/s],
    [['unlnk-trash'], /unknown command 'unlnk-trash'/],
    [['verify', '--help'], /unknown command 'verify'/],
    [['schedule', 'nope', '-h'], /unknown command 'nope'.*orderbak schedule --help/s],
    [['jobs', 'foo'], /unknown command 'jobs foo'; there are show, watch, pause, .*clear/],
    [['help', 'nope'], /unknown command 'nope'/],
    [['help', 'jobs', 'nope'], /unknown command 'nope'/],
    [['restore', '7'], /unknown command 'restore': `orderbak quarantine restore`/],
    [['verify'], /unknown command 'verify': `sha256sum -c SHA256SUMS`/],
  ])('%j', async (args, words) => {
    expectBlock(await run(args), 2, words);
  });
});

test('what a wrong value should be is a sentence of its own', async () => {
  const { code, stderr } = await run(['list', '--order', 'x']);
  expect({ code, said: stderr.split('\n')[0] }).toEqual({
    code: 2,
    said: "✖ orderbak: option '--order <id...>' argument 'x' is invalid. Write a whole number above 0.",
  });
  expect((await run(['mark-backed-up', '0'])).stderr).toContain(
    '"0" is no id. Write a whole number above 0.\n',
  );
});

test('under --json an error is one object on standard output, and the words stay on standard error', async () => {
  const [step, migrate] = await Promise.all([
    run(['insert', '--json'], { ORDERBAK_DATABASE_URL: 'sqlite:/nowhere.db' }),
    run(['migrate', '--json'], { ORDERBAK_DATABASE_URL: inject('mysqlUrl') }),
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
  const error = { code: 'database-url', message: expect.any(String) };
  expect(JSON.parse(migrate.stdout)).toEqual({ ok: false, error });
  expect(migrate.code).toBe(2);
});

test.each([[['man']], [['completion', 'bash']]])('%j is one object too under --json', async (words) => {
  const [plain, json] = await Promise.all([run(words), run([...words, '--json'])]);
  expect(JSON.parse(json.stdout)).toEqual({ ok: true, command: words[0], text: plain.stdout });
});

test.each([[['--json']], [['quarantine', '--json']]])('%j names no command, and hears so', async (args) => {
  const { code, stdout } = await run(args);
  expect(JSON.parse(stdout)).toEqual({ ok: false, error: { code: 'usage', message: 'no command is named' } });
  expect(code).toBe(2);
});

test('short options may stand in one word, whichever of them every command has', async () => {
  const told = async (...words: string[]) => {
    const { code, stderr } = await run(['insert', ...words, '--nope']);
    return { code, stderr };
  };
  const apart = await told('-n', '-v');
  expect(apart).toEqual({ code: 2, stderr: expect.stringContaining("unknown option '--nope'") });
  for (const words of [['-nv'], ['-vn'], ['-qnv']]) expect(await told(...words)).toEqual(apart);
  expect(await run(['list', '-nv'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("unknown option '-n'"),
  });
});

test.each([
  [75, ['insert', '--json'], 'sqlite:/nowhere.db'],
  [75, ['list', '--json'], 'sqlite:/nowhere.db'],
  [2, ['nope', '--json'], ''],
  [0, ['man'], ''],
])('exit code %i stays where nobody reads the answer: %j', async (code, args, url) => {
  const deaf = async (...streams: ('stdout' | 'stderr')[]) => {
    const { child, finished } = start(world, args, {
      env: { ORDERBAK_DATABASE_URL: url },
    });
    for (const stream of streams) child[stream]?.destroy();
    return (await finished).code;
  };
  expect(await Promise.all([deaf('stdout'), deaf('stderr'), deaf('stdout', 'stderr')])).toEqual([
    code,
    code,
    code,
  ]);
});
