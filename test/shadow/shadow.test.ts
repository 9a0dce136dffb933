import { randomBytes } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { schemaOf } from '../db/schema.js';
import { makeAccount, NO_ACCOUNT } from '../support/account.js';
import { type Database, ENGINES, withDatabase } from '../support/database.js';
import { askOrderbak } from '../support/kept-orderbak.js';
import { differences, snapshot } from '../support/snapshot.js';
import { MARKED, NEVER, type OldShop, openOldShop } from './old-shop.js';

interface Told {
  readonly ok: boolean;
  readonly differences: number;
  readonly orders: number;
  readonly files: number;
  readonly folders: { readonly compared: number; readonly found: number };
  readonly counts: Readonly<Record<string, number>>;
  readonly findings: readonly { kind: string; id: number | null; filename: string; reason: string }[];
  readonly next: string | null;
}

/** What must come of the shop, by file. */
const DIFFERENCES = [
  ['b.txt', 'removed', /^order \d+ has a list or a record that cannot be read$/],
  ['back.txt', 'still-there', `marked as removed ${MARKED}`],
  ['bare.jpg', 'no-thumb', 'orderbak leaves a thumb, or keeps the picture'],
  ['chat.txt', 'would-remove', 'of a discussion'],
  ['early.txt', 'recorded', /^order \d+ is not finished \(status 3\)$/],
  ['old.tmp', 'would-remove', 'trash: nobody names it'],
  ['open.txt', 'removed', /^order \d+ is not finished \(status 3\)$/],
  ['twice.txt', 'removed', /^it is not backed up yet \(order \d+, rework\)$/],
  ['uncopied.txt', 'removed', /^it is not backed up yet \(order \d+, ref\)$/],
  ['unknown.txt', 'unrecorded', /^order \d+ names it as ref; it would be recorded and copied$/],
  ['vanished.txt', 'gone', /^it is not backed up yet \(order \d+, ref\)$/],
  ['who.txt', 'removed', 'the shop no longer knows order 99999'],
  ['young.txt', 'recorded', /^order \d+ was finished at .*, after the limit /],
] as const;

/** Every row of every table, by the table. */
async function rowsOf(database: Database): Promise<Record<string, unknown>> {
  const names =
    database.engine === 'mariadb'
      ? await database.all(
          "SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE = 'BASE TABLE'",
        )
      : await database.all("SELECT name FROM sqlite_master WHERE type = 'table'");
  const tables: Record<string, unknown> = {};
  for (const { name } of names) tables[String(name)] = await database.all(`SELECT * FROM ${name}`);
  return tables;
}

const everything = async ({ world }: OldShop) => ({
  schema: await world.ask(schemaOf),
  rows: await world.ask(rowsOf),
});

describe.for(ENGINES)('beside old scripts on %s, shadow', (engine) => {
  let shop: OldShop;
  const ask = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    askOrderbak(shop.world, ['shadow', ...args], { env });
  const askJson = async (args: readonly string[] = [], env: Readonly<Record<string, string>> = {}) => {
    const { code, stdout, stderr } = await ask(['--json', ...args], env);
    expect(stderr).toBe('');
    return { code, told: JSON.parse(stdout) as Told };
  };
  const expectAll = ({ findings }: Told) => {
    const told = findings.filter(({ kind }) => kind !== 'unproven');
    expect(Object.fromEntries(told.map(({ filename, kind }) => [filename, kind]))).toEqual(
      Object.fromEntries(DIFFERENCES.map(([name, kind]) => [name, kind])),
    );
    expect(told).toHaveLength(DIFFERENCES.length);
    for (const [name, , reason] of DIFFERENCES)
      expect(told.find(({ filename }) => filename === name)?.reason).toMatch(reason);
  };

  beforeAll(async () => {
    shop = await openOldShop(engine);
  });
  afterAll(() => shop.world.remove());

  test('tells what the two differ about, file by file, and changes nothing anywhere', async () => {
    const [tree, database] = [await snapshot(shop.world.folder), await everything(shop)];
    const { code, stdout, stderr } = await askOrderbak(shop.world, ['shadow', '--json']);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    const told = JSON.parse(stdout) as Told;
    expectAll(told);
    expect(differences(tree, await snapshot(shop.world.folder))).toEqual([]);
    expect(await everything(shop)).toEqual(database);
    expect(told).toMatchObject({ ok: false, command: 'shadow', table: 'tbl_bak_order', differences: 13 });
    expect(told.folders).toEqual({ compared: 5, found: 5 });
    expect(told.counts).toMatchObject({ removed: 5, gone: 1, unproven: 1, unclear: 0 });
    const unproven = told.findings.find(({ kind }) => kind === 'unproven');
    expect(unproven).toMatchObject({ filename: 'copied.txt', id: 1 });
    expect(told.next).toBe('orderbak mark-backed-up 1');
  });

  test('a person reads the gravest first, cron hears of differences alone, and a script gets all', async () => {
    const { code, stdout } = await ask(['--limit', '2']);
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^✖ \d+ files of 6 orders compared with tbl_bak_order: 13 differences; nothing was changed\n\n5 removed /,
    );
    expect(stdout).toMatch(/^ {2}\d+@lan\.nguyen\/uncopied\.txt \(row 3\): it is not backed up yet/m);
    expect(stdout).toContain('  … and 3 more; --all names them');
    expect(stdout).toMatch(/\nAt the switch, .*: orderbak mark-backed-up 1\n$/);
    const config = path.join(shop.world.folder, 'orderbak.toml');
    await writeFile(config, '');
    expect((await ask(['--config', config])).stdout).toContain(
      `: orderbak mark-backed-up 1 --config ${config}\n`,
    );
    await rm(config);
    const agreed = String(shop.orders.agreed.id);
    expect(await ask(['--order', agreed])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^✔ 3 files of 1 order /),
    });
    expect(await ask(['--order', agreed, '--quiet'])).toMatchObject({ code: 0, stdout: '', stderr: '' });
    const all = (await ask(['--all', '--json'])).stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(all).toHaveLength(DIFFERENCES.length + 2);
    expect(all.at(-1)).toMatchObject({ command: 'shadow', differences: 13 });
  });

  test('what the old scripts did before the watch began is history', async () => {
    const { told } = await askJson(['--since', '2026-01-15 02:00:01']);
    const { removed, gone, 'still-there': there } = told.counts;
    expect({ removed, gone, there }).toEqual({ removed: 0, gone: 1, there: 0 });
    const before = await askJson([], { ORDERBAK_SHADOW_SINCE: '2026-01-15 02:00:00' });
    expectAll(before.told);
  });

  test('a table and marks of other names, with times as seconds or flags, say the same', async () => {
    const seconds = `CASE WHEN bak_date_time = '${MARKED}' THEN ${Date.parse('2026-01-15T02:00:00+07:00') / 1000} ELSE 0 END`;
    const columns = `id, id_order, filename, file_type, ${seconds} AS copied_at, CASE WHEN unlink_time = '${MARKED}' THEN 1 ELSE 0 END AS is_gone`;
    await shop.world.ask((database) =>
      database.run(`CREATE TABLE old_marks AS SELECT ${columns} FROM tbl_bak_order`),
    );
    const named = { ORDERBAK_SHADOW_TABLE: 'old_marks', ORDERBAK_SHADOW_BACKED_UP: 'copied_at' };
    const { told } = await askJson([], { ...named, ORDERBAK_SHADOW_UNLINKED: 'is_gone' });
    expect(told.counts).toMatchObject({ removed: 5, gone: 1, unproven: 1, 'still-there': 1 });
    // Without a mark of its own for what it removed, only the disk tells.
    const { counts } = (await askJson([], named)).told;
    expect(counts).toMatchObject({ removed: 0, gone: 5, 'no-thumb': 1, unproven: 2 });
    for (const [table, column, message] of [
      ['no_such', 'copied_at', 'the database has no table no_such'],
      ['old_marks', 'no_such', 'the table old_marks has no column no_such'],
    ] as const) {
      const env = { ORDERBAK_SHADOW_TABLE: table, ORDERBAK_SHADOW_BACKED_UP: column };
      const wrong = await ask([], env);
      expect(wrong).toMatchObject({ code: 2, stdout: '' });
      expect(wrong.stderr).toMatch(new RegExp(`^✖ orderbak: ${message}\\n {2}Name the table .*\\n$`));
    }
    await shop.world.ask((database) => database.run('DROP TABLE old_marks'));
  });

  test('a disk that is away is not taken for files that were removed, nor a wrong root for a right one', async () => {
    const { root } = shop.world;
    await rename(root, `${root}.away`);
    const away = await ask([]);
    await rename(`${root}.away`, root);
    expect(away).toMatchObject({ code: 75, stdout: '' });
    expect(away.stderr).toContain('does not exist');
    const { stdout } = await ask([], { ORDERBAK_SHOP_TIMEZONE: 'UTC' });
    expect(stdout).toContain('None of these orders has its folder below the root');
  });

  test("a shop's own views are read as they are in their file", async () => {
    const shipped = `${engine === 'mariadb' ? 'mysql' : engine}.sql`;
    const text = await readFile(path.resolve(import.meta.dirname, '../../sql/source', shipped), 'utf8');
    const file = path.join(shop.world.folder, 'home/views.sql');
    const env = { ORDERBAK_SOURCE_VIEWS: file };
    const always = "CASE WHEN 1 = 1 THEN 9 ELSE ';' END AS status,";
    await writeFile(file, text.replace('o.status,', always));
    const { counts } = (await askJson([], env)).told;
    expect(counts).toMatchObject({ removed: 4, recorded: 1 });
    await writeFile(file, text.replace('o.status', 'o.state'));
    const wrong = await ask([], env);
    expect(wrong).toMatchObject({ code: 1, stdout: '' });
    expect(wrong.stderr).toMatch(
      /^✖ orderbak: the shop cannot be read through .*views\.sql: .*state.*\n {2}Correct the file/,
    );
    await rm(file);
  });

  test.runIf(engine === 'mariadb')('an account that may only SELECT will do', async (context) => {
    const account = `reader_${randomBytes(4).toString('hex')}`;
    const url = new URL(shop.world.databaseUrl);
    const admin = <T>(ask: (database: Database) => Promise<T>) => withDatabase(inject('mysqlUrl'), ask);
    // Never on the tests' own server, where `makeAccount` throws.
    context.skip(!(await admin((database) => makeAccount(database, account, 'x'))), NO_ACCOUNT);
    await admin((database) => database.run(`GRANT SELECT ON ${url.pathname.slice(1)}.* TO ${account}`));
    url.username = account;
    url.password = 'x';
    const { told } = await askJson([], { ORDERBAK_DATABASE_URL: url.href });
    await admin((database) => database.run(`DROP USER ${account}`));
    expectAll(told);
  });

  test.runIf(engine === 'sqlite')(
    'a database that writes ahead into a log gets nothing into it',
    async () => {
      await shop.world.ask((database) => database.all('PRAGMA journal_mode = WAL'));
      const before = await snapshot(shop.world.folder);
      const { stdout } = await askOrderbak(shop.world, ['shadow', '--json']);
      expectAll(JSON.parse(stdout) as Told);
      const after = await snapshot(shop.world.folder);
      expect(after.get('shop.db-wal')?.size ?? 0).toBe(0);
      // Whoever reads such a database opens an index beside it; the module of Node 20 leaves it there.
      const lines = differences(before, after);
      expect(lines.filter((line) => !/^new: shop\.db-(wal|shm)$/.test(line))).toEqual([]);
    },
  );

  test('once migrate has adopted the table, it says the same, and a night removes what it said', async () => {
    const { world, orders } = shop;
    expect(await askOrderbak(world, ['migrate'])).toMatchObject({ code: 0 });
    expectAll((await askJson()).told);
    const rows = await world.ask((database) => database.all('SELECT bak_date_time FROM tbl_bak_order'));
    expect(rows.map((row) => row.bak_date_time)).not.toContain(NEVER);
    const before = await snapshot(world.root);
    for (const step of ['insert', 'unlink-discuss', 'unlink-trash', 'unlink-backed-up'])
      expect(await askOrderbak(world, [step])).toMatchObject({ code: 0 });
    const lines = differences(before, await snapshot(world.root));
    expect(lines.filter((line) => line.startsWith('gone')).sort()).toEqual(
      ['chat.txt', 'old.tmp'].map((name) => `gone: ${orders.done.folder}/${name}`),
    );
  });
});
