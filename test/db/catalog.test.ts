import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sql } from 'kysely';
import { afterAll, expect, test } from 'vitest';
import { openCatalogDatabase } from '../../src/db/catalog.js';
import { withDatabase } from '../support/database.js';

const store = await mkdtemp(path.join(tmpdir(), 'orderbak-catalog-'));
afterAll(() => rm(store, { recursive: true, force: true }));
await mkdir(path.join(store, '.orderbak'));

test('a catalog that an update was killed in is brought up to date by the next command, and keeps its rows', async () => {
  await (await openCatalogDatabase(store)).close();
  const url = `sqlite:${path.join(store, '.orderbak/catalog.sqlite')}`;
  const schema = () =>
    withDatabase(url, (database) => database.all('SELECT name, sql FROM sqlite_master ORDER BY name'));
  const whole = await schema();
  // As the version before left it, and then two of the columns of the next were added.
  await withDatabase(url, async (database) => {
    await database.run('DROP TABLE orderbak_run_part');
    await database.run('DROP INDEX orderbak_run_failure_open');
    for (const column of ['exit_code', 'last_error', 'errors', 'last_order'])
      await database.run(`ALTER TABLE orderbak_run DROP COLUMN ${column}`);
    await database.run('PRAGMA user_version = 6');
    await database.run(
      "INSERT INTO orderbak_run (step, status, dry_run, origin, host, pid, version, started_ms) VALUES ('pull', 'completed', 0, 'cron', 'h', 1, '0', 1)",
    );
  });
  await (await openCatalogDatabase(store)).close();
  expect((await schema()).map(({ name }) => name)).toEqual(whole.map(({ name }) => name));
  const [row] = await withDatabase(url, (database) => database.all('SELECT * FROM orderbak_run'));
  expect(row).toMatchObject({ step: 'pull', errors: 0, exit_code: null, last_order: null });
});

test('where SQLite has rolled back by itself, as after a fault of the disk, that fault is told', async () => {
  const database = await openCatalogDatabase(store);
  const spoil = database.kysely.transaction().execute(async (transaction) => {
    await transaction.insertInto('store_part').values({ server_id: 1, etag: 'new' }).execute();
    await sql`INSERT OR ROLLBACK INTO store_part (server_id, etag) VALUES (1, 'again')`.execute(transaction);
  });
  await expect(spoil).rejects.toThrow(/UNIQUE constraint failed/);
  expect(await database.kysely.selectFrom('store_part').selectAll().execute()).toEqual([]);
  await database.close();
});

test('a catalog that is damaged, or cannot be opened, is called so when it is opened', async () => {
  const openIn = async (name: string, make: (catalog: string) => Promise<unknown>) => {
    const other = path.join(store, name);
    await mkdir(path.join(other, '.orderbak'), { recursive: true });
    await make(path.join(other, '.orderbak/catalog.sqlite'));
    return openCatalogDatabase(other);
  };
  const none = (catalog: string) =>
    writeFile(catalog, 'a text of some length that is no database '.repeat(20));
  await expect(openIn('damaged', none)).rejects.toMatchObject({
    exit: 1,
    message: expect.stringMatching(/catalog\.sqlite is damaged: file is not a database/),
  });
  await expect(openIn('shut', (catalog) => mkdir(catalog))).rejects.toMatchObject({
    exit: 75,
    message: expect.stringMatching(/this user may not write .*catalog\.sqlite: .*unable to open/),
  });
});

test('what failed in runs is found by an index: a thousand runs are forgotten without reading all failures for each', async () => {
  await (await openCatalogDatabase(store)).close();
  const plan = await withDatabase(`sqlite:${path.join(store, '.orderbak/catalog.sqlite')}`, (database) =>
    database.all('EXPLAIN QUERY PLAN DELETE FROM orderbak_run_failure WHERE run_id IN (1, 2)'),
  );
  expect(plan.map(({ detail }) => detail)).toEqual([
    expect.stringContaining('SEARCH orderbak_run_failure USING INDEX orderbak_run_failure_run'),
  ]);
});
