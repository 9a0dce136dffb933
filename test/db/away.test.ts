import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { openDatabase } from '../../src/db/open.js';
import { openShop } from '../steps/shop.js';
import { makeAccount, NO_ACCOUNT } from '../support/account.js';
import { openDatabase as openOurs } from '../support/database.js';
import { askOrderbak } from '../support/kept-orderbak.js';
import { createWorld } from '../support/worlds.js';

test('each statement on a connection that the server has dropped says that the database is away', async () => {
  const world = await createWorld('mariadb', { tables: false });
  const database = await openDatabase(world.databaseUrl);
  const ask = () =>
    database.kysely.connection().execute(async (connection) => {
      const killer = await openOurs(world.databaseUrl);
      const { rows } = await sql<{ id: number }>`SELECT CONNECTION_ID() AS id`.execute(connection);
      await killer.run(`KILL ${Number(rows[0]?.id)}`);
      await killer.close();
      const codes: unknown[] = [];
      for (const _ of [1, 2, 3])
        codes.push(
          await sql`SELECT 1`.execute(connection).then(
            () => 'answered',
            (error) => error,
          ),
        );
      return codes;
    });
  expect(await ask()).toEqual(
    [1, 2, 3].map(() => expect.objectContaining({ exit: 75, code: 'database-away' })),
  );
  await database.close();
  await world.remove();
});

test('who may not have so many connections, or not have one at all, is told so', async (context) => {
  const world = await createWorld('mariadb', { tables: false });
  const account = `few_${randomBytes(4).toString('hex')}`;
  const admin = await openOurs(world.databaseUrl);
  try {
    if (!(await makeAccount(admin, account, 'few'))) context.skip(NO_ACCOUNT);
    await admin.run(`GRANT ALL ON ${new URL(world.databaseUrl).pathname.slice(1)}.* TO ${account}`);
    await admin.run(`ALTER USER ${account} WITH MAX_USER_CONNECTIONS 1`);
    const url = new URL(world.databaseUrl);
    url.username = account;
    url.password = 'few';
    const env = { ORDERBAK_DATABASE_URL: url.href };
    const held = await openOurs(url.href);
    const refused = await askOrderbak(world, ['migrate', '--json'], { env });
    await held.close();
    expect(refused.code).toBe(75);
    expect(refused.stderr).toMatch(/cannot do it now: .*max_user_connections.*\n {2}.*up to 4 connections/);

    for (const state of ['ACCOUNT LOCK', 'ACCOUNT UNLOCK PASSWORD EXPIRE']) {
      await admin.run(`ALTER USER ${account} WITH MAX_USER_CONNECTIONS 0 ${state}`);
      const { code, stderr } = await askOrderbak(world, ['migrate'], { env });
      expect({ state, code }).toEqual({ state, code: 2 });
      expect(stderr).toMatch(/the database refuses: .*(locked|SET PASSWORD)/i);
    }
    await admin.run(`ALTER USER ${account} IDENTIFIED BY 'few'`);

    await admin.run(`ALTER USER ${account} REQUIRE SSL`);
    const { code, stderr } = await askOrderbak(world, ['migrate'], { env });
    expect(code).toBe(2);
    expect(stderr).toMatch(/Access denied.*\n {2}Check user, password .* TLS/);
  } finally {
    await admin.run(`DROP USER IF EXISTS ${account}`);
    await admin.close();
    await world.remove();
  }
});

test.each([
  [
    'writes statements into its log, which InnoDB refuses',
    1665,
    75,
    'database-away',
    "binlog_format = 'MIXED'",
  ],
  ['is one of a cluster and not ready', 1047, 75, 'database-away', "SHOW STATUS LIKE 'wsrep_%'"],
  ['is let out of service', 3032, 75, 'database-away', 'See that the database answers'],
  ['wants TLS of everybody', 3159, 2, 'database-refused', '?ssl-mode=REQUIRED'],
])('a server that %s is told by what to do', async (_, errno, exit, code, hint) => {
  const world = await createWorld('mariadb', { tables: false });
  const { kysely, close } = await openDatabase(world.databaseUrl);
  // The server of the tests is none of these; the error is the one of a server that is.
  const refusal = sql.raw(
    `SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = ${errno}, MESSAGE_TEXT = 'its own words'`,
  );
  await expect(refusal.execute(kysely)).rejects.toMatchObject({
    exit,
    code,
    message: expect.stringContaining('its own words'),
    hint: expect.stringContaining(hint),
  });
  await close();
  await world.remove();
});

test.runIf(process.platform === 'linux')(
  'whether a server that says nothing is still there is asked after half a minute, not after two hours',
  async () => {
    const world = await createWorld('mariadb', { tables: false });
    const { kysely, close } = await openDatabase(world.databaseUrl);
    await kysely.connection().execute(async (connection) => {
      const { rows } = await sql<{ host: string }>`
        SELECT HOST AS host FROM information_schema.PROCESSLIST WHERE ID = CONNECTION_ID()`.execute(
        connection,
      );
      const port = Number(rows[0]?.host.split(':').at(-1));
      const end = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
      const tables = await Promise.all(['tcp', 'tcp6'].map((name) => readFile(`/proc/net/${name}`, 'utf8')));
      const sockets = tables
        .join('\n')
        .split('\n')
        .map((line) => line.trim().split(/\s+/));
      // Which timer runs (2 = for asking), and for how many hundredths of a second still (proc(5)).
      const [timer, left = ''] = sockets.find(([, local]) => local?.endsWith(end))?.[5]?.split(':') ?? [];
      expect({ timer, isSoon: Number.parseInt(left, 16) <= 3000 }).toEqual({ timer: '02', isSoon: true });
    });
    await close();
    await world.remove();
  },
);

test('an index that somebody dropped is made by migrate, which is what is advised', async () => {
  const { shop } = await openShop('mariadb', [{ jobs: [{ image: 'a.txt' }] }]);
  await shop.run('insert');
  await shop.world.ask((database) => database.run('DROP INDEX orderbak_pending ON tbl_bak_order'));
  const { code, stderr } = await askOrderbak(shop.world, ['list']);
  expect(code).toBe(1);
  expect(stderr).toMatch(/not ready: Key 'orderbak_pending'.*\n {2}Run `orderbak migrate` first/);
  expect(await askOrderbak(shop.world, ['migrate'])).toMatchObject({ code: 0 });
  expect(await askOrderbak(shop.world, ['list'])).toMatchObject({ code: 0, stderr: '' });
  await shop.close();
});

test('rows that somebody holds are told as such, when they were waited for', async () => {
  const world = await createWorld('mariadb');
  await world.addOrder({ missing: 'all' });
  const holder = await openOurs(world.databaseUrl);
  const { kysely, close } = await openDatabase(world.databaseUrl);
  await holder.run('BEGIN');
  await holder.run('UPDATE tbl_order SET status = 3');
  const change = kysely.connection().execute(async (connection) => {
    await sql`SET SESSION innodb_lock_wait_timeout = 1`.execute(connection);
    await sql`UPDATE tbl_order SET status = 4`.execute(connection);
  });
  await expect(change).rejects.toMatchObject({
    exit: 75,
    code: 'database-away',
    message: expect.stringMatching(/^the database cannot do it now: Lock wait timeout exceeded/),
    hint: expect.stringContaining('Somebody else holds rows'),
  });
  await close();
  await holder.close();
  await world.remove();
});

test('a SQLite file that may not be written to is named; for now it is away, as a read-only server is', async () => {
  const world = await createWorld('sqlite');
  const database = await openDatabase(world.databaseUrl);
  await sql`CREATE TABLE note (words TEXT)`.execute(database.kysely);
  await sql`PRAGMA query_only = 1`.execute(database.kysely);
  await expect(sql`INSERT INTO note VALUES ('x')`.execute(database.kysely)).rejects.toMatchObject({
    exit: 75,
    code: 'database-away',
    message: expect.stringContaining(
      `may not write the database ${world.databaseUrl.slice('sqlite:'.length)}`,
    ),
    hint: expect.stringContaining('belong to this user'),
  });
  await database.close();
  await world.remove();
});
