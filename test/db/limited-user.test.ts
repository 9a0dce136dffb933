import { randomBytes } from 'node:crypto';
import mysql from 'mysql2/promise';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { makeAccount, NO_ACCOUNT } from '../support/account.js';
import { withDatabase } from '../support/database.js';
import { askOrderbak } from '../support/kept-orderbak.js';
import { createWorld, type World } from '../support/worlds.js';
import { schemaOf } from './schema.js';

/** Shops where only the administrator of the database may make tables. */
describe('an account that may only read and write rows', () => {
  const account = `limited_${randomBytes(4).toString('hex')}`;
  const password = `p w/%${randomBytes(4).toString('hex')}`;
  let world: World;
  let env: Record<string, string>;
  let printed: string;
  let mayMakeAccounts = false;

  // Never on the tests' own server, where `makeAccount` throws.
  beforeEach((context) => context.skip(!mayMakeAccounts, NO_ACCOUNT));

  beforeAll(async () => {
    world = await createWorld('mariadb');
    const url = new URL(world.databaseUrl);
    const name = url.pathname.slice(1);
    await withDatabase(inject('mysqlUrl'), async (database) => {
      mayMakeAccounts = await makeAccount(database, account, password);
      if (!mayMakeAccounts) return;
      await database.run(`GRANT SELECT, INSERT, UPDATE, DELETE ON ${name}.* TO ${account}`);
    });
    url.username = account;
    url.password = encodeURIComponent(password);
    env = { ORDERBAK_DATABASE_URL: url.href };
  });
  afterAll(async () => {
    if (mayMakeAccounts)
      await withDatabase(inject('mysqlUrl'), (database) => database.run(`DROP USER ${account}`));
    await world.remove();
  });

  test('migrate names the statement that it may not execute, and what to do', async () => {
    const before = await world.ask(schemaOf);
    const done = await askOrderbak(world, ['migrate'], { env });
    expect(done).toMatchObject({ code: 1, stdout: '' });
    expect(done.stderr).toMatch(
      /^✖ orderbak: a statement failed: .*CREATE command denied.*orderbak_setting.*\n {2}`orderbak migrate --print`.*\n$/,
    );
    expect(done.stderr).not.toContain(password);
    expect(await world.ask(schemaOf)).toEqual(before);
  });

  test('--print prints it all and changes nothing, as text and as JSON', async () => {
    const before = await world.ask(schemaOf);
    const [plain, json] = await Promise.all([
      askOrderbak(world, ['migrate', '--print'], { env }),
      askOrderbak(world, ['migrate', '--print', '--json'], { env }),
    ]);
    expect(plain).toMatchObject({ code: 0, stderr: '' });
    const { ok, statements } = JSON.parse(json.stdout) as { ok: boolean; statements: string[] };
    expect(ok).toBe(true);
    expect(plain.stdout.trim()).toBe(statements.map((statement) => `${statement};`).join('\n\n'));
    expect(await world.ask(schemaOf)).toEqual(before);
    printed = plain.stdout;
  });

  /** What an administrator does with that which was printed. */
  async function execute(statements: string): Promise<void> {
    const connection = await mysql.createConnection({ uri: world.databaseUrl, multipleStatements: true });
    await connection.query(statements);
    await connection.end();
  }

  test('what an administrator executes of it is enough: nothing is left to do, and the tasks run', async () => {
    await execute(printed);
    await world.addOrder({ missing: 'all', jobs: [{ image: 'a.jpg' }] });
    const print = await askOrderbak(world, ['migrate', '--print'], { env });
    expect(print).toMatchObject({ code: 0, stdout: '', stderr: '' });
    const done = await askOrderbak(world, ['migrate', '--json'], { env });
    expect(JSON.parse(done.stdout)).toEqual({
      ok: true,
      command: 'migrate',
      statements: 0,
      marker: world.root,
    });
    const insert = await askOrderbak(world, ['insert', '--json'], { env });
    expect(JSON.parse(insert.stdout)).toMatchObject({ ok: true, counts: { done: 1 } });
  });

  test('a view that cannot be read is printed again; one that only is another is seen by who may see views', async () => {
    const alter = (select: string) =>
      world.ask((database) => database.run(`CREATE OR REPLACE VIEW orderbak_unreadable AS ${select}`));
    const print = async () => (await askOrderbak(world, ['migrate', '--print'], { env })).stdout;
    await alter('SELECT id_order FROM tbl_job');
    const again = await print();
    expect(again).toContain('VIEW orderbak_unreadable AS');
    const done = await askOrderbak(world, ['migrate'], { env });
    expect(done).toMatchObject({ code: 1, stderr: expect.stringContaining('orderbak migrate --print') });
    await execute(again);
    expect(await print()).toBe('');

    await alter("SELECT id_order, '' AS origin, 1 AS origin_id FROM tbl_job WHERE 1 = 0");
    expect(await print()).toBe('');
    await withDatabase(inject('mysqlUrl'), (database) =>
      database.run(`GRANT SHOW VIEW ON ${new URL(world.databaseUrl).pathname.slice(1)}.* TO ${account}`),
    );
    expect(await print()).toBe(again);
    await execute(again);
    expect(await askOrderbak(world, ['migrate', '--json'], { env })).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('"statements":0'),
    });
  });

  test('a right that is taken away is named, and how to give it', async () => {
    const name = new URL(world.databaseUrl).pathname.slice(1);
    await withDatabase(inject('mysqlUrl'), (database) =>
      database.run(`REVOKE INSERT ON ${name}.* FROM ${account}`),
    );
    const { code, stderr } = await askOrderbak(world, ['insert'], { env });
    expect(code).toBe(1);
    expect(stderr).toMatch(/INSERT command denied to user/);
    expect(stderr).toMatch(
      /\n {2}Let the database's administrator .*GRANT INSERT ON .*orderbak_\w+.*`orderbak migrate` has not run yet/,
    );
  });
});
