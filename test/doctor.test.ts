import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { zoneFinding } from '../src/app/doctor-zone.js';
import { clockFinding } from '../src/app/findings.js';
import { startProxy } from './pull/proxy.js';
import { makeAccount, NO_ACCOUNT } from './support/account.js';
import { daysAgo, unixTime } from './support/clock.js';
import { ENGINES, withDatabase } from './support/database.js';
import { askOrderbak, keepServe } from './support/kept-orderbak.js';
import { PROGRAM, placeOf, type RunOptions, runOrderbak } from './support/run.js';
import { differences, snapshot } from './support/snapshot.js';
import { atTerminal, hasTerminal } from './support/terminal.js';
import { createWorld, type World } from './support/worlds.js';

interface Examined {
  readonly name: string;
  readonly status: string;
  readonly message: string;
  readonly remedy: string | null;
}

const worlds: World[] = [];
afterAll(() => Promise.all(worlds.map((world) => world.remove())));

async function newWorld(engine: (typeof ENGINES)[number]): Promise<World> {
  const world = await createWorld(engine, { pictures: 'small' });
  worlds.push(world);
  await world.addOrders([{ jobs: [{ image: 'a.jpg', attach: ['b.txt'] }] }, { discusses: [['c.png']] }]);
  expect((await askOrderbak(world, ['migrate'])).code).toBe(0);
  return world;
}

async function doctor(world: World, args: readonly string[] = [], options: RunOptions = {}) {
  const { code, stdout, stderr } = await askOrderbak(world, ['doctor', '--json', ...args], options);
  expect(stderr).toBe('');
  const { ok, checks } = JSON.parse(stdout) as { ok: boolean; checks: Examined[] };
  expect(code).toBe(ok ? 0 : 1);
  const by = (status: string) => checks.filter((check) => check.status === status).map(({ name }) => name);
  return { ok, checks, by, named: (name: string) => checks.find((check) => check.name === name) };
}

const COUNTS = `SELECT (SELECT COUNT(*) FROM tbl_bak_order) AS rows_, (SELECT COUNT(*) FROM orderbak_deletion) AS deletions,
  (SELECT COUNT(*) FROM orderbak_run) AS runs, (SELECT COUNT(*) FROM orderbak_lease WHERE token IS NOT NULL) AS leases`;

describe.for(ENGINES)('a doctor on %s', (engine) => {
  let world: World;
  beforeAll(async () => {
    world = await newWorld(engine);
    await askOrderbak(world, ['insert']);
    await keepServe(world);
  });

  test('finds both machines well, and leaves nothing of its test file behind', async () => {
    const looks = () => Promise.all([snapshot(world.root), world.ask((database) => database.all(COUNTS))]);
    const [treeBefore, rowsBefore] = await looks();
    const env = { ORDERBAK_SERVER_LISTEN: new URL(world.serving?.url ?? '').host };
    const { ok, checks, by } = await doctor(world, ['--deep'], { env });
    expect(checks.filter(({ status }) => status !== 'ok' && status !== 'warning')).toEqual([]);
    expect(ok).toBe(true);
    expect(checks[1]?.message).toBe(
      'no file, ORDERBAK_DATABASE_URL, ORDERBAK_ORDERS_ROOT, ORDERBAK_SHOP_TIMEZONE, ORDERBAK_SERVER_TOKEN, ORDERBAK_SERVER_LISTEN',
    );
    expect(by('ok')).toEqual(
      expect.arrayContaining(['rights', 'views', 'root', 'thumbs', 'serve', 'round trip']),
    );
    const [treeAfter, rowsAfter] = await looks();
    expect(differences(treeBefore, treeAfter)).toEqual([]);
    expect(rowsAfter).toEqual(rowsBefore);

    const office = await doctor(world, ['--deep'], { machine: 'office' });
    expect(office.by('ok')).toEqual([
      'node',
      'configuration',
      'store',
      'catalog',
      'server',
      'server clock',
      'token',
      'transfer',
    ]);
    // What this machine's own scheduler holds is not the test's.
    expect(office.named('schedule')?.status).toMatch(/ok|warning/);
    expect(office.named('transfer')?.message).toContain('was fetched');
    expect([...(await snapshot(world.store)).keys()].filter((file) => !file.startsWith('.orderbak'))).toEqual(
      [],
    );
  });

  test('finds that a proxy in between takes away the hashes, without which nothing is kept', async () => {
    const proxy = await startProxy(world.serving?.url ?? '', async (_, forward) => {
      const { headers, ...answer } = await forward();
      const { 'repr-digest': _digest, ...others } = headers;
      return { ...answer, headers: others };
    });
    const env = { ORDERBAK_PULL_URL: proxy.url };
    const { named } = await doctor(world, ['--deep'], { machine: 'office', env });
    proxy.close();
    expect(named('transfer')).toMatchObject({
      status: 'failed',
      message: expect.stringContaining('arrives without the hash'),
      remedy: expect.stringContaining('proxy'),
    });
  });

  test('finds that what serves there is not its own, or knows an older token', async () => {
    const listen = { ORDERBAK_SERVER_LISTEN: new URL(world.serving?.url ?? '').host };
    const other = 'o'.repeat(40);
    const serve = async (token: string) =>
      (await doctor(world, [], { env: { ...listen, ORDERBAK_SERVER_TOKEN: token } })).named('serve');
    expect(await serve(world.token)).toMatchObject({ status: 'ok' });
    expect(await serve(other)).toMatchObject({
      status: 'failed',
      message: `what answers on ${world.serving?.url} does not take the token of this configuration`,
      remedy: expect.stringMatching(/start it again.*another shop.*\[server\] listen/),
    });
    expect((await serve(`${world.token} ${other}`))?.message).toContain('does not take token 2 of 2');
  });

  test('tidies up after a doctor that was killed, and touches nothing else in its folder', async () => {
    const folder = path.join(world.root, `${unixTime('1990-01-01 00:00:00', world.zone)}@orderbak-doctor`);
    await mkdir(path.join(folder, 'thumb'), { recursive: true });
    for (const name of ['orderbak-doctor.png', 'thumb/orderbak-doctor.png', 'mine.txt'])
      await writeFile(path.join(folder, name), 'left behind');
    await world.ask((database) =>
      database.run(
        `INSERT INTO tbl_bak_order (id_order, order_create_time, order_create_by, filename, file_type)
         VALUES (0, '1990-01-01 00:00:00', 'orderbak-doctor', 'orderbak-doctor.png', 1)`,
      ),
    );
    expect((await doctor(world, ['--deep'])).named('round trip')).toMatchObject({ status: 'ok' });
    expect([...(await snapshot(folder)).keys()]).toEqual(['mine.txt']);
    const rows = await world.ask((database) =>
      database.all('SELECT id FROM tbl_bak_order WHERE id_order = 0'),
    );
    expect(rows).toEqual([]);
    await rm(folder, { recursive: true });
  });

  test('tells of each fault what to do, and what it could therefore not look at', async () => {
    await rm(path.join(world.root, '.orderbak-root'));
    await world.addOrder({ createTime: daysAgo(-2), doneTime: null, status: 3 });
    const listen = { env: { ORDERBAK_SERVER_LISTEN: new URL(world.serving?.url ?? '').host } };
    await world.serving?.stop();
    const { ok, by, named } = await doctor(world, ['--deep'], listen);
    expect(ok).toBe(false);
    expect(by('failed')).toEqual(['shop clock', 'root', 'serve']);
    expect(by('skipped')).toEqual(['round trip']);
    expect(named('shop clock')).toMatchObject({ remedy: expect.stringContaining('[shop] timezone') });
    expect(named('root')).toMatchObject({ remedy: expect.stringContaining('orderbak migrate') });
    expect(named('serve')?.message).toContain('ECONNREFUSED');
    expect(named('round trip')?.message).toContain('root comes first');

    await world.ask((database) => database.run('DROP TABLE orderbak_lease'));
    await world.ask((database) => database.run("DELETE FROM orderbak_setting WHERE name LIKE '%_lease'"));
    const later = await doctor(world);
    expect(later.named('tables')).toMatchObject({
      status: 'failed',
      remedy: expect.stringContaining('orderbak migrate'),
    });
    expect(later.by('skipped')).toEqual(['rights', 'views', 'statuses', 'shop clock', 'root']);
  });
});

test('a root that is one level too high, or a zone that is not the shop’s, is one without the order folders', async () => {
  const world = await newWorld('sqlite');
  const high = { env: { ORDERBAK_ORDERS_ROOT: path.dirname(world.root) } };
  const other = { env: { ORDERBAK_SHOP_TIMEZONE: 'UTC' } };
  const folder = world.orders.at(-1)?.folder;
  expect((await doctor(world)).named('root')).toMatchObject({ status: 'ok' });
  expect((await doctor(world, [], other)).named('root')).toMatchObject({
    status: 'failed',
    message: expect.stringContaining(`no folder of the newest 2 orders is in ${world.root}, e.g. `),
    remedy: expect.stringContaining('[shop] timezone'),
  });
  expect((await askOrderbak(world, ['migrate'], high)).code).toBe(0);
  expect((await doctor(world, [], high)).named('root')).toMatchObject({
    status: 'failed',
    message: expect.stringContaining(`e.g. ${folder}`),
    remedy: expect.stringContaining('one level too high'),
  });
  // Orders that name no file have no folder.
  for (const table of ['tbl_job', 'tbl_order_discuss'])
    await world.ask((database) => database.run(`DELETE FROM ${table}`));
  expect((await doctor(world, [], high)).named('root')).toMatchObject({ status: 'ok' });
});

test('views that make no sense are found by what stands in them, altered ones before that', async () => {
  const world = await newWorld('sqlite');
  const odd = `CREATE VIEW orderbak_order_file AS
    SELECT id_order, id_job, NULL AS id_rework, NULL AS id_discuss, 7 AS file_type, image AS filename FROM tbl_job`;
  await world.ask((database) => database.run('DROP VIEW orderbak_order_file'));
  await world.ask((database) => database.run(odd));
  const altered = await doctor(world);
  expect(altered.named('tables')).toMatchObject({
    status: 'failed',
    remedy: expect.stringContaining('orderbak migrate'),
  });
  const shipped = await readFile(new URL('../sql/source/sqlite.sql', import.meta.url), 'utf8');
  const file = path.join(world.folder, 'views.sql');
  await writeFile(file, shipped.replace(/CREATE VIEW orderbak_order_file AS[\s\S]*?;\n/, `${odd};\n`));
  const env = { ORDERBAK_SOURCE_VIEWS: file };
  expect(await askOrderbak(world, ['migrate'], { env })).toMatchObject({ code: 0 });
  const { named } = await doctor(world, [], { env });
  expect(named('views')).toMatchObject({
    status: 'failed',
    message: expect.stringContaining('a file of type 7'),
  });
});

test('a single odd name among good ones is a warning, and the rest is looked at', async () => {
  const world = await newWorld('sqlite');
  await world.addOrder({ jobs: [{ image: 'a.txt' }, { image: 'b.txt' }, { image: 'c.txt' }] });
  await world.ask((database) =>
    database.run("UPDATE tbl_job SET image = 'back\\slash.txt' WHERE image = 'b.txt'"),
  );
  const { named } = await doctor(world);
  expect(named('views')).toMatchObject({
    status: 'warning',
    message: expect.stringContaining('is no plain name'),
  });
  expect(named('shop clock')?.status).toBe('ok');
});

test.for(ENGINES)(
  'a status that no order of a shop on %s has is told, with those that they have',
  async (engine) => {
    const world = await newWorld(engine);
    const statuses = async (status: string) =>
      (await doctor(world, [], { env: { ORDERBAK_RETENTION_STATUS: status } })).named('statuses');
    expect(await statuses('9')).toMatchObject({ status: 'ok' });
    expect(await statuses('9,finnished')).toMatchObject({
      status: 'warning',
      message: 'no order has the status "finnished"; those of most orders are "9"',
      remedy: expect.stringContaining('[retention]'),
    });
  },
);

test('numbers that a database fills with zeros are told as it gives them, and found when they are written so', async () => {
  const world = await newWorld('mariadb');
  await world.ask((database) =>
    database.run('ALTER TABLE tbl_order MODIFY status INT(4) UNSIGNED ZEROFILL NOT NULL'),
  );
  expect((await doctor(world)).named('statuses')).toMatchObject({
    status: 'warning',
    message: 'no order has the status "9"; those of most orders are "0009"',
  });
  const env = { ORDERBAK_RETENTION_STATUS: '0009' };
  expect((await doctor(world, [], { env })).named('statuses')).toMatchObject({ status: 'ok' });
  expect((await askOrderbak(world, ['insert', '--json'], { env })).stdout).toContain('"done":3');
});

test('times of a type that the database gives in UTC are told, unless that is the zone of the shop', async () => {
  const world = await newWorld('mariadb');
  await world.addOrder({ jobs: [{ image: 'a.txt' }] });
  const clock = async (env: Readonly<Record<string, string>> = {}) =>
    (await doctor(world, [], { env })).named('shop clock');
  expect((await clock())?.message).not.toContain('TIMESTAMP');
  await world.ask((database) => database.run('ALTER TABLE tbl_order MODIFY create_time TIMESTAMP NULL'));
  expect(await clock()).toMatchObject({
    status: 'warning',
    message: expect.stringMatching(/but create_time of orderbak_order .* TIMESTAMP, which comes in UTC/),
    remedy: expect.stringContaining('timezone = "UTC"'),
  });
  expect(await clock({ ORDERBAK_SHOP_TIMEZONE: 'UTC' })).toMatchObject({ status: 'ok' });
});

test('a database user who may not write is found, before a night is lost', async (context) => {
  const world = await newWorld('mariadb');
  const account = `reader_${randomBytes(4).toString('hex')}`;
  const url = new URL(world.databaseUrl);
  const isMade = await withDatabase(inject('mysqlUrl'), async (database) => {
    if (!(await makeAccount(database, account, 'x'))) return false;
    await database.run(`GRANT SELECT ON ${url.pathname.slice(1)}.* TO ${account}`);
    return true;
  });
  // Never on the tests' own server, where `makeAccount` throws.
  context.skip(!isMade, NO_ACCOUNT);
  [url.username, url.password] = [account, 'x'];
  const { named } = await doctor(world, [], { env: { ORDERBAK_DATABASE_URL: url.href } });
  await withDatabase(inject('mysqlUrl'), (database) => database.run(`DROP USER ${account}`));
  expect(named('rights')).toMatchObject({
    status: 'failed',
    message: expect.stringMatching(/command denied/),
  });
});

test('the office learns that its token or its server is wrong', async () => {
  const world = await newWorld('sqlite');
  const env = { ORDERBAK_PULL_TOKEN: 'another token, and a wrong one' };
  const away = await doctor(world, [], { machine: 'office', env });
  expect([away.by('failed'), away.by('skipped')]).toEqual([['server'], ['server clock', 'token']]);
  await keepServe(world);
  const refused = await doctor(world, [], { machine: 'office', env });
  expect(refused.by('failed')).toEqual(['token']);
  expect(refused.named('token')?.remedy).toContain('[pull] token');
  const url = `${world.serving?.url}/healthz`;
  const elsewhere = await doctor(world, [], { machine: 'office', env: { ORDERBAK_PULL_URL: `${url}/` } });
  expect(elsewhere.named('token')?.message).toContain(url);
});

// Elsewhere the temporary folder may be one that nobody else can enter.
test.skipIf(process.platform !== 'linux')(
  'a secret in a file that everybody can read is told, and nothing that is none or that nobody can reach',
  async () => {
    const world = await newWorld('sqlite');
    const put = async (name: string, text: string, mode: number) => {
      const file = path.join(world.folder, name);
      await writeFile(file, text);
      await chmod(file, mode);
      return file;
    };
    const found = async (server: string, mode: number) => {
      const file = await put('orderbak.toml', `[server]\n${server}\n`, mode);
      const env = { ORDERBAK_SERVER_TOKEN: undefined };
      return { file, ...(await doctor(world, ['--config', file], { env })).named('configuration') };
    };
    await chmod(world.folder, 0o755);
    const written = `token = "${world.token}"`;
    const open = await found(written, 0o644);
    expect(open).toMatchObject({
      status: 'warning',
      message: expect.stringContaining(`everybody on this machine can read server.token in ${open.file}`),
      remedy: expect.stringContaining(`chmod 640 ${open.file}`),
    });
    expect((await found(written, 0o640)).status).toBe('ok');
    expect((await found('listen = "127.0.0.1:1"', 0o644)).status).toBe('ok');
    const secret = await put('token', world.token, 0o604);
    expect(await found('token_file = "token"', 0o640)).toMatchObject({
      status: 'warning',
      remedy: expect.stringContaining(`chmod 640 ${secret}`),
    });
    await chmod(world.folder, 0o700);
    expect((await found(written, 0o644)).status).toBe('ok');
  },
);

test('without a configuration it says so, in lines for a person', async () => {
  const world = await createWorld('sqlite', { tables: false });
  worlds.push(world);
  const { code, stdout } = await runOrderbak(world, ['doctor'], { bare: true });
  expect(code).toBe(1);
  expect(stdout).toMatch(/^✔ node +v\d+/);
  expect(stdout).toMatch(
    /✖ configuration {2}there is no configuration file; looked for .*\n +`orderbak init` makes one/,
  );
});

test.skipIf(!hasTerminal)(
  'at a terminal no word is broken in two, and lines go on below where they began',
  async () => {
    const world = await newWorld('sqlite');
    const { env } = placeOf(world, ['doctor'], { env: { ORDERBAK_SERVER_LISTEN: '127.0.0.1:1' } });
    const { said } = await atTerminal([process.execPath, PROGRAM, 'doctor'], '', env, { columns: 70 });
    const lines = stripVTControlCharacters(said).trimEnd().split('\r\n');
    expect(lines).toContainEqual(expect.stringMatching(/^✖ serve {10}\S/));
    // Only a word that is longer than the room beside the names.
    expect(lines.filter((line) => line.length > 70 && /^.{17}.* /.test(line))).toEqual([]);
    expect(lines.filter((line) => !/^([✔!✖–] [a-z ]{14} | {17})\S/.test(line))).toEqual([]);
  },
);

test.skipIf(process.platform !== 'linux')(
  'a log is tried without a line, and so is whether old pieces of it could be removed',
  async () => {
    const world = await newWorld('sqlite');
    const before = await snapshot(world.folder);
    const log = async (file: string) =>
      (await doctor(world, [], { env: { ORDERBAK_LOG_FILE: file } })).named('log');
    expect(await log(path.join(world.folder, 'new.log'))).toMatchObject({ status: 'ok' });
    expect(differences(before, await snapshot(world.folder)).filter((line) => /log/.test(line))).toEqual([]);
    expect(await log('/no/such/folder/orderbak.log')).toMatchObject({ status: 'failed' });
    expect(await log(world.folder)).toMatchObject({
      status: 'failed',
      remedy: expect.stringContaining('must be able to write'),
    });
    // A file that can be written to, in a folder in which nobody can make one.
    expect(await log('/proc/self/comm')).toMatchObject({
      status: 'warning',
      remedy: expect.stringContaining('logrotate'),
    });
  },
);

test('a schedule by another clock than the shop’s is told, where it starts something on the server', async () => {
  const world = await newWorld('sqlite');
  const zone = async (timezone: string, more: Record<string, string> = {}) =>
    (await doctor(world, [], { env: { ORDERBAK_SCHEDULE_TIMEZONE: timezone, ...more } })).named(
      'schedule zone',
    );
  expect(await zone(world.zone.name)).toMatchObject({ status: 'ok' });
  expect(await zone('Asia/Tokyo')).toMatchObject({
    status: 'warning',
    message: `Asia/Tokyo, which is 2h ahead of the shop's ${world.zone.name}`,
    remedy: expect.stringContaining(`timezone = "${world.zone.name}"`),
  });
  expect(await zone('Asia/Tokyo', { ORDERBAK_MACHINE_ROLE: 'office' })).toBeUndefined();
});

test('two zones are apart where their clocks are, at any time of the year', () => {
  const winter = Date.UTC(2026, 0, 15);
  expect(zoneFinding('Asia/Bangkok', 'Asia/Ho_Chi_Minh', winter).status).toBe('ok');
  expect(zoneFinding('UTC', 'Europe/London', winter)).toMatchObject({
    status: 'warning',
    message: "UTC, which is 1h behind the shop's Europe/London",
  });
});

test('a clock that is off by more than a lease lasts is a fault, one that is a little off a warning', () => {
  expect(clockFinding(null)).toMatchObject({ status: 'ok' });
  expect(clockFinding(-800)).toMatchObject({ status: 'ok' });
  expect(clockFinding(6000)).toMatchObject({ status: 'warning', message: "is 6s ahead of this machine's" });
  expect(() => clockFinding(-61_000)).toThrow("is 1m 1s behind this machine's");
});
