import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { at, openShop } from '../steps/shop.js';
import { ENGINES, type Engine } from '../support/database.js';
import { askOrderbak } from '../support/kept-orderbak.js';
import { createWorld, type World } from '../support/worlds.js';
import { killedAfter, schemaOf, withApp } from './schema.js';

const worlds: World[] = [];
afterEach(() => Promise.all(worlds.splice(0).map((world) => world.remove())));

async function newWorld(engine: Engine): Promise<World> {
  const world = await createWorld(engine);
  worlds.push(world);
  return world;
}

const migrate = (world: World, env = {}) => withApp(world, (app) => app.migrate(), env);
const plan = (world: World, env = {}) => withApp(world, (app) => app.planMigration(), env);
const marker = (world: World) => path.join(world.root, '.orderbak-root');

/** Words of an error with its exit code. */
async function failure(work: Promise<unknown>): Promise<{ exit: unknown; words: string }> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { exit: 'exit' in error ? error.exit : null, words: error.message };
  }
  throw new Error('it went well');
}

describe.for(ENGINES)('migrate on %s', (engine) => {
  test('makes what is missing, once; the second time changes nothing', async () => {
    const world = await newWorld(engine);
    const before = await world.ask(schemaOf);
    expect((await migrate(world)).statements).toBeGreaterThan(15);
    const made = await world.ask(schemaOf);
    const id = await readFile(marker(world), 'utf8');
    expect(Object.keys(made)).toEqual(expect.arrayContaining(Object.keys(before)));
    expect(await migrate(world)).toEqual({ statements: 0, marker: null });
    expect(await world.ask(schemaOf)).toEqual(made);
    expect(await readFile(marker(world), 'utf8')).toBe(id);
    expect(id).toMatch(/^[0-9a-f-]{36}\n$/);
  });

  test('killed after any of its statements, the next run finishes', async () => {
    const whole = await newWorld(engine);
    const statements = await plan(whole);
    await migrate(whole);
    const finished = await whole.ask(schemaOf);
    await killedAfter(
      statements,
      () => createWorld(engine),
      async (world, done) => {
        await migrate(world);
        expect({ done, schema: await world.ask(schemaOf) }).toEqual({ done, schema: finished });
        expect(await plan(world)).toEqual([]);
      },
    );
  });

  test('what it prints is all that it would do, and changes nothing by itself', async () => {
    const world = await newWorld(engine);
    const before = await world.ask(schemaOf);
    const statements = await plan(world);
    expect(await world.ask(schemaOf)).toEqual(before);
    await world.ask(async (database) => {
      for (const statement of statements) await database.run(statement);
    });
    expect(await plan(world)).toEqual([]);
    // Only the marker is left to write.
    expect(await migrate(world)).toEqual({ statements: 0, marker: world.root });
  });

  test('a column that is not there yet: nothing is removed, and it says what makes it', async () => {
    const { shop, orders } = await openShop(engine, [{ jobs: [{ image: 'a.txt' }], trash: ['t.tmp'] }]);
    worlds.push(shop.world);
    await shop.world.ask(async (database) => {
      await database.run('ALTER TABLE orderbak_deletion DROP COLUMN order_ids');
      await database.run("DELETE FROM orderbak_setting WHERE name LIKE 'migration %_deletion_orders'");
    });
    const done = await shop.run('unlink-trash');
    expect(done).toMatchObject({ ok: false, counts: { done: 0 }, errors: [{ code: 'table-missing' }] });
    const trash = path.join(shop.world.root, at(orders, 0).folder, 't.tmp');
    expect(await readFile(trash)).toBeDefined();
    expect((await shop.app.migrate()).statements).toBe(2);
    expect(await shop.run('unlink-trash')).toMatchObject({ ok: true, counts: { done: 1 } });
    await shop.app.close();
  });

  test("a shop's own views are installed, and again when they change", async () => {
    const world = await newWorld(engine);
    const file = path.join(world.folder, 'views.sql');
    const views = (status: number) => `-- a comment; with a semicolon
CREATE VIEW orderbak_order AS SELECT id_order, create_time, 'x;y' AS create_by, ${status} AS status, done_qc_time AS done_time, NULL AS folder FROM tbl_order;
create view orderbak_order_file AS SELECT id_order, id_job, NULL AS id_rework, NULL AS id_discuss, 1 AS file_type, image AS filename FROM tbl_job;
CREATE OR REPLACE VIEW orderbak_unreadable AS SELECT id_order, 'x' AS origin, 1 AS origin_id FROM tbl_order WHERE 1 = 0;
`;
    await writeFile(file, views(1));
    const env = { ORDERBAK_SOURCE_VIEWS: file };
    await migrate(world, env);
    expect((await migrate(world, env)).statements).toBe(0);
    await world.addOrder({ jobs: [{ image: 'a.jpg' }] });
    const ask = () => world.ask((database) => database.all('SELECT create_by, status FROM orderbak_order'));
    expect(await ask()).toEqual([{ create_by: 'x;y', status: 1 }]);
    await writeFile(file, views(9));
    expect((await migrate(world, env)).statements).toBeGreaterThan(0);
    expect(await ask()).toEqual([{ create_by: 'x;y', status: 9 }]);
    // Back to the shipped ones.
    await migrate(world);
    expect((await ask())[0]?.create_by).toBe('lan.nguyen');
  });

  test("a shop's own views may stand on others of its file, which are made again with them", async () => {
    const world = await newWorld(engine);
    await world.addOrder({ jobs: [{ image: 'a.jpg' }] });
    const file = path.join(world.folder, 'views.sql');
    const views = (status: number) => `
CREATE VIEW shop_order AS SELECT id_order, create_time, done_qc_time, ${status} AS status FROM tbl_order;
CREATE VIEW orderbak_order AS SELECT id_order, create_time, 'x' AS create_by, status, done_qc_time AS done_time, NULL AS folder FROM shop_order;
CREATE VIEW orderbak_order_file AS SELECT id_order, id_job, NULL AS id_rework, NULL AS id_discuss, 1 AS file_type, image AS filename FROM tbl_job;
CREATE VIEW orderbak_unreadable AS SELECT id_order, 'x' AS origin, 1 AS origin_id FROM tbl_order WHERE 1 = 0;
`;
    const env = { ORDERBAK_SOURCE_VIEWS: file };
    for (const status of [1, 9]) {
      await writeFile(file, views(status));
      await migrate(world, env);
      const asked = await world.ask((database) => database.all('SELECT status FROM orderbak_order'));
      expect(asked).toEqual([{ status }]);
      expect((await migrate(world, env)).statements).toBe(0);
    }
  });

  test("a shop's table that changed under its view: what is said is true of views and of rights", async (context) => {
    context.skip(engine === 'sqlite', 'SQLite says no more than that a column is missing');
    const world = await newWorld(engine);
    await migrate(world);
    await world.ask((database) =>
      database.run('ALTER TABLE tbl_order CHANGE done_qc_time done_at DATETIME NULL'),
    );
    const insert = await askOrderbak(world, ['insert']);
    const again = await askOrderbak(world, ['migrate']);
    for (const { code, stderr } of [insert, again]) {
      expect(code).toBe(1);
      expect(stderr).toMatch(
        /allowed to SELECT .*If they are not what they were, correct the file in \[source\] views/,
      );
    }
    expect(insert.stderr).toContain('the shop cannot be read');
  });

  test('a backslash in a string is what it is to the database', async () => {
    const world = await newWorld(engine);
    await world.addOrder({ missing: 'all', jobs: [{ image: 'a\\b.jpg' }] });
    const file = path.join(world.folder, 'views.sql');
    const one = engine === 'sqlite' ? "'\\'" : "'\\\\'";
    await writeFile(
      file,
      `CREATE VIEW orderbak_order_file AS SELECT id_order, id_job, NULL AS id_rework, NULL AS id_discuss, 1 AS file_type, REPLACE(image, ${one}, '/') AS filename FROM tbl_job; -- it's one
CREATE VIEW orderbak_order AS SELECT id_order, create_time, 'x;y' AS create_by, 9 AS status, done_qc_time AS done_time, NULL AS folder FROM tbl_order;
CREATE VIEW orderbak_unreadable AS SELECT id_order, 'x' AS origin, 1 AS origin_id FROM tbl_order WHERE 1 = 0;`,
    );
    await migrate(world, { ORDERBAK_SOURCE_VIEWS: file });
    const named = await world.ask((database) => database.all('SELECT filename FROM orderbak_order_file'));
    expect(named).toEqual([{ filename: 'a/b.jpg' }]);
  });

  test('a table that was lost is made again, with all of its columns and indexes', async () => {
    const world = await newWorld(engine);
    await migrate(world);
    const made = await world.ask(schemaOf);
    const own = Object.keys(made).flatMap(
      (name) => /^(?:BASE TABLE|table) (orderbak_\w+|tbl_bak_order)$/.exec(name)?.[1] ?? [],
    );
    expect(own.length).toBeGreaterThanOrEqual(10);
    for (const table of own) {
      await world.ask((database) => database.run(`DROP TABLE ${table}`));
      expect((await plan(world)).join(), table).toContain(table);
      await migrate(world);
      expect(await world.ask(schemaOf), table).toEqual(made);
      expect(await plan(world), table).toEqual([]);
    }
  });

  test('a view that was dropped is made again', async () => {
    const world = await newWorld(engine);
    await migrate(world);
    const made = await world.ask(schemaOf);
    await world.ask((database) => database.run('DROP VIEW orderbak_unreadable'));
    await migrate(world);
    expect(await world.ask(schemaOf)).toEqual(made);
  });

  test.each([
    [
      'still fits',
      'SELECT id_order, id_job, NULL AS id_rework, NULL AS id_discuss, 1 AS file_type, image AS filename FROM tbl_job',
    ],
    ['no longer fits', 'SELECT id_order, id_job FROM tbl_job'],
  ])('a view that somebody altered so that it %s is made as the file says', async (_, select) => {
    const world = await newWorld(engine);
    await migrate(world);
    const made = await world.ask(schemaOf);
    await world.ask(async (database) => {
      await database.run('DROP VIEW orderbak_order_file');
      await database.run(`CREATE VIEW orderbak_order_file AS ${select}`);
    });
    const statements = await plan(world);
    expect(statements.join()).toContain('VIEW orderbak_order_file AS');
    expect(await migrate(world)).toEqual({ statements: statements.length, marker: null });
    expect(await world.ask(schemaOf)).toEqual(made);
    expect(await plan(world)).toEqual([]);
  });

  test.each([
    [
      'lacks a column',
      'SELECT id_order, id_job, 1 AS file_type, image AS filename FROM tbl_job',
      /orderbak_order_file cannot be read/,
    ],
    ['reads a table that is not there', 'SELECT * FROM tbl_nowhere', /tbl_nowhere/],
    ['is no SQL', 'SELEC', /orderbak_order_file/],
  ])('a view that %s is told, with its name', async (_, select, words) => {
    const world = await newWorld(engine);
    const file = path.join(world.folder, 'views.sql');
    const shipped = await readFile(
      new URL(`../../sql/source/${engine === 'sqlite' ? 'sqlite' : 'mysql'}.sql`, import.meta.url),
      'utf8',
    );
    const text = shipped.replace(/(VIEW orderbak_order_file AS)[\s\S]*?;\n/, `$1 ${select};\n`);
    await writeFile(file, text);
    const env = { ORDERBAK_SOURCE_VIEWS: file };
    const told = await failure(migrate(world, env));
    expect(told).toEqual({ exit: 1, words: expect.stringMatching(words) });
    const typed = await askOrderbak(world, ['migrate'], { env });
    expect(typed.stderr).toMatch(/correct the file in \[source\] views.* run `orderbak migrate` again/i);
    await writeFile(file, shipped);
    expect((await migrate(world, env)).marker).toBe(world.root);
  });

  test('a file that makes only some of the views is told, and nothing is changed', async () => {
    const world = await newWorld(engine);
    await migrate(world);
    const made = await world.ask(schemaOf);
    const file = path.join(world.folder, 'views.sql');
    const order =
      "CREATE VIEW orderbak_order AS SELECT id_order, create_time, 'x' AS create_by, 9 AS status, done_qc_time AS done_time, NULL AS folder FROM tbl_order;";
    const named =
      "CREATE VIEW orderbak_order_file AS SELECT id_order, 1 AS id_job, 1 AS id_rework, 1 AS id_discuss, 1 AS file_type, 'orderbak_unreadable' AS filename FROM orderbak_order;";
    for (const [text, missing] of [
      [`${order}\n${named}\n-- CREATE VIEW orderbak_unreadable AS SELECT 1;`, 'orderbak_unreadable'],
      [named, 'orderbak_order and orderbak_unreadable'],
      ['', 'orderbak_order, orderbak_order_file and orderbak_unreadable'],
    ] as const) {
      await writeFile(file, text);
      const told = await failure(migrate(world, { ORDERBAK_SOURCE_VIEWS: file }));
      expect(told).toEqual({ exit: 1, words: expect.stringContaining(`makes no view ${missing}`) });
      expect(await world.ask(schemaOf)).toEqual(made);
    }
  });

  test.runIf(engine === 'mariadb')('views that say how they are made are made again too', async () => {
    const world = await newWorld(engine);
    const file = path.join(world.folder, 'views.sql');
    const shipped = await readFile(new URL('../../sql/source/mysql.sql', import.meta.url), 'utf8');
    for (const [how, status] of [
      ['CREATE ALGORITHM = MERGE SQL SECURITY INVOKER VIEW', 'o.status'],
      ['CREATE OR REPLACE ALGORITHM=UNDEFINED DEFINER=CURRENT_USER VIEW', '9 AS status'],
      ['CREATE SQL SECURITY INVOKER VIEW', 'o.status'],
    ] as const) {
      await writeFile(file, shipped.replaceAll('CREATE OR REPLACE VIEW', how).replace('o.status', status));
      await migrate(world, { ORDERBAK_SOURCE_VIEWS: file });
      expect(await plan(world, { ORDERBAK_SOURCE_VIEWS: file })).toEqual([]);
    }
  });

  test('ids of orders that the database takes for text are told', async () => {
    const world = await newWorld(engine);
    await world.addOrder({});
    const file = path.join(world.folder, 'views.sql');
    const shipped = new URL(
      `../../sql/source/${engine === 'sqlite' ? 'sqlite' : 'mysql'}.sql`,
      import.meta.url,
    );
    const text = (await readFile(shipped, 'utf8')).replace(
      '  o.id_order,',
      "  CONCAT(o.id_order, '') AS id_order,",
    );
    await writeFile(file, text);
    const told = await failure(migrate(world, { ORDERBAK_SOURCE_VIEWS: file }));
    expect(told).toEqual({
      exit: 1,
      words: expect.stringContaining('the view orderbak_order gives the ids of orders as text'),
    });
  });

  // MySQL commits each view by itself.
  test.runIf(engine === 'sqlite')('views that cannot be used leave the old ones in their place', async () => {
    const world = await newWorld(engine);
    await migrate(world);
    const made = await world.ask(schemaOf);
    const file = path.join(world.folder, 'views.sql');
    for (const select of ['SELEC', 'SELECT 1 AS id_order']) {
      await writeFile(file, `CREATE VIEW orderbak_order AS ${select};\n`);
      expect(await failure(migrate(world, { ORDERBAK_SOURCE_VIEWS: file }))).toMatchObject({ exit: 1 });
      expect(await world.ask(schemaOf)).toEqual(made);
    }
  });

  test('a views file that is not there is a fault of the configuration', async () => {
    const world = await newWorld(engine);
    const told = await failure(migrate(world, { ORDERBAK_SOURCE_VIEWS: '/nowhere/views.sql' }));
    expect(told).toEqual({ exit: 2, words: expect.stringContaining('the views file cannot be read') });
  });
});

describe('the root', () => {
  test('that is not there: the database is made, the next run writes the marker', async () => {
    const world = await newWorld('sqlite');
    const env = { ORDERBAK_ORDERS_ROOT: path.join(world.folder, 'not-mounted') };
    expect(await failure(migrate(world, env))).toEqual({
      exit: 75,
      words: expect.stringContaining('does not exist'),
    });
    expect(await plan(world)).toEqual([]);
    expect((await migrate(world)).marker).toBe(world.root);
  });

  test('that lost its marker gets the same one again, unless it lost all: its disk may be away', async () => {
    const world = await newWorld('sqlite');
    await migrate(world);
    const id = await readFile(marker(world), 'utf8');
    await rm(marker(world));
    expect(await failure(migrate(world))).toEqual({ exit: 75, words: expect.stringContaining('is empty') });
    await writeFile(path.join(world.root, 'a file'), '');
    expect((await migrate(world)).marker).toBe(world.root);
    expect(await readFile(marker(world), 'utf8')).toBe(id);
  });

  test("with another shop's marker is not taken over", async () => {
    const world = await newWorld('sqlite');
    await migrate(world);
    await writeFile(marker(world), 'somebody-else\n');
    expect(await failure(migrate(world))).toEqual({
      exit: 5,
      words: expect.stringContaining('another shop'),
    });
    expect(await readFile(marker(world), 'utf8')).toBe('somebody-else\n');
    const [row] = await world.ask((database) =>
      database.all("SELECT value FROM orderbak_setting WHERE name = 'root'"),
    );
    expect(row?.value).not.toBe('somebody-else');
  });

  test('that has a marker before the database knows one: it is the one', async () => {
    const world = await newWorld('sqlite');
    await writeFile(marker(world), 'restored-from-a-backup\n');
    expect((await migrate(world)).marker).toBeNull();
    const [row] = await world.ask((database) =>
      database.all("SELECT value FROM orderbak_setting WHERE name = 'root'"),
    );
    expect(row?.value).toBe('restored-from-a-backup');
  });

  test('with an empty marker gets an id', async () => {
    const world = await newWorld('sqlite');
    await writeFile(marker(world), '');
    await migrate(world);
    expect(await readFile(marker(world), 'utf8')).toMatch(/^[0-9a-f-]{36}\n$/);
  });
});
