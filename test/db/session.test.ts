import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { openDatabase } from '../../src/db/open.js';
import { OwnMariadb } from '../chaos/own-mariadb.js';
import { makeAccount, NO_ACCOUNT } from '../support/account.js';
import { openDatabase as openOurs, withDatabase } from '../support/database.js';
import { askOrderbak } from '../support/kept-orderbak.js';
import { createWorld } from '../support/worlds.js';

/** What a server's owner may have set for all who connect. Each by itself falsifies an answer, or stops a step. */
const SETTINGS: Readonly<Record<string, string>> = {
  autocommit: '0',
  completion_type: "'RELEASE'",
  group_concat_max_len: '4',
  max_join_size: '10',
  max_statement_time: '0.0001',
  max_execution_time: '1',
  sql_safe_updates: '1',
  sql_select_limit: '2',
  tx_read_only: '1',
  transaction_read_only: '1',
  character_set_client: "'latin1'",
  character_set_results: "'latin1'",
};

// Here, because the other test below sets what each new connection of the server begins with.
test('a connection that cannot be set up keeps no place of those that can', async (context) => {
  const world = await createWorld('mariadb', { tables: false });
  const account = `few_${randomBytes(4).toString('hex')}`;
  const admin = await openOurs(world.databaseUrl);
  try {
    if (!(await makeAccount(admin, account, 'few'))) context.skip(NO_ACCOUNT);
    // Its first two words are heard: a connection is made, and what is set on it is not.
    await admin.run(`ALTER USER ${account} WITH MAX_QUERIES_PER_HOUR 2`);
    await admin.run(`GRANT ALL ON ${new URL(world.databaseUrl).pathname.slice(1)}.* TO ${account}`);
    const url = Object.assign(new URL(world.databaseUrl), { username: account, password: 'few' });
    const { kysely, close } = await openDatabase(url.href);
    const ask = () => sql`SELECT 1 AS one`.execute(kysely);
    const asked = await Promise.allSettled(Array.from({ length: 9 }, ask));
    expect(asked).toEqual(
      Array.from({ length: 9 }, () => ({
        status: 'rejected',
        reason: expect.objectContaining({ exit: 75, message: expect.stringContaining('cannot do it now') }),
      })),
    );
    await admin.run(`ALTER USER ${account} WITH MAX_QUERIES_PER_HOUR 0`);
    expect(await ask()).toMatchObject({ rows: [{ one: 1 }] });
    await close();
  } finally {
    await admin.run(`DROP USER IF EXISTS ${account}`);
    await admin.close();
    await world.remove();
  }
});

describe('on a server that is set in an unusual way', () => {
  const account = `odd_${randomBytes(4).toString('hex')}`;
  let mayMakeAccounts = false;
  beforeEach((context) => context.skip(!mayMakeAccounts, NO_ACCOUNT));

  beforeAll(async () => {
    await withDatabase(inject('mysqlUrl'), async (database) => {
      mayMakeAccounts = await makeAccount(database, account, 'odd');
    });
  });
  afterAll(async () => {
    if (!mayMakeAccounts) return;
    await withDatabase(inject('mysqlUrl'), async (database) => {
      await database.run("SET GLOBAL init_connect = ''");
      await database.run(`DROP USER ${account}`);
    });
  });

  test('the steps do what they do elsewhere', async () => {
    const world = await createWorld('mariadb');
    const order = await world.addOrder({
      jobs: [{ image: 'ảnh.txt', attach: ['réf.txt', 'b.txt', 'c.txt'] }],
      discusses: [['chat ế.txt', 'chat.txt']],
      trash: ['müll.txt'],
    });
    await withDatabase(inject('mysqlUrl'), async (database) => {
      await database.run(`GRANT ALL ON ${new URL(world.databaseUrl).pathname.slice(1)}.* TO ${account}`);
      // Of the other tests that use the server none must notice.
      const known = (await database.all('SHOW VARIABLES')).map((row) => String(Object.values(row)[0]));
      const settings = Object.entries(SETTINGS)
        .filter(([name]) => known.includes(name))
        .map(([name, value]) => {
          const either = `IF(USER() LIKE '${account}@%', ${value}, @@${name})`;
          // MySQL takes nothing for a whole number that may be another.
          return `${name} = ${/^\d+$/.test(value) ? `CAST(${either} AS UNSIGNED)` : either}`;
        });
      await database.run(`SET GLOBAL init_connect = "SET ${settings.join(', ')}"`);
    });
    const url = new URL(world.databaseUrl);
    url.username = account;
    url.password = 'odd';
    const ask = async (...args: string[]) => {
      const env = { ORDERBAK_DATABASE_URL: url.href };
      const { code, stdout, stderr } = await askOrderbak(world, [...args, '--json'], { env });
      const { counts, statements } = JSON.parse(stdout);
      return [code, counts?.done ?? statements, stderr];
    };

    expect(await ask('migrate')).toEqual([0, expect.any(Number), '']);
    expect(await ask('migrate')).toEqual([0, 0, '']);
    expect(await ask('insert')).toEqual([0, 6, '']);
    expect(await ask('unlink-discuss')).toEqual([0, 2, '']);
    expect(await ask('unlink-trash', '--max-delete', '100%')).toEqual([0, 1, '']);
    const left = ['b.txt', 'c.txt', 'réf.txt', 'ảnh.txt'];
    expect((await readdir(path.join(world.root, order.folder))).sort()).toEqual(left);
    const [open, runs] = await world.ask(async (database) => [
      await database.all('SELECT filename FROM tbl_bak_order WHERE unlink_time IS NULL ORDER BY filename'),
      await database.all('SELECT DISTINCT status, exit_code FROM orderbak_run'),
    ]);
    expect(open).toEqual(left.map((filename) => ({ filename })));
    expect(runs).toEqual([{ status: 'completed', exit_code: 0 }]);
    await world.remove();
  });
});

test('the tables are made for long keys, which the format of old servers refuses', async () => {
  // Of its own: what has no format of its own gets this one, the tables of the other tests too.
  const server = await OwnMariadb.start();
  const world = await createWorld('mariadb', { mysqlUrl: server.url });
  await world.ask((database) => database.run('SET GLOBAL innodb_default_row_format = redundant'));
  const { code, stderr } = await askOrderbak(world, ['migrate']);
  expect([code, stderr]).toEqual([0, '']);
  await world.remove();
  await server.kill();
});
