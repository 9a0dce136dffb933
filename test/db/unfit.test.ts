import { expect, test } from 'vitest';
import { readBacklog } from '../../src/db/backlog.js';
import { openDatabase } from '../../src/db/open.js';
import type { Engine } from '../support/database.js';
import { createWorld, type World } from '../support/worlds.js';
import { insert, pick, schemaOf, withApp } from './schema.js';

const ID = { mariadb: 'id INT AUTO_INCREMENT PRIMARY KEY', sqlite: 'id INTEGER PRIMARY KEY AUTOINCREMENT' };

async function worldWith(engine: Engine, columns: string): Promise<World> {
  const world = await createWorld(engine);
  await world.ask((database) => database.run(`CREATE TABLE tbl_bak_order (${columns})`));
  return world;
}

test.each<[Engine, string, RegExp]>([
  [
    'mariadb',
    `${ID.mariadb}, id_order INT, file_type INT, bak_date_time INT, filename TEXT`,
    /bak_date_time is int\b/,
  ],
  ['mariadb', 'id INT PRIMARY KEY, id_order INT, file_type INT, filename TEXT', /does not count up/],
  ['mariadb', `${ID.mariadb}, id_order INT, name TEXT`, /no column filename, file_type/],
  ['sqlite', `${ID.sqlite}, id_order INT, file_type INT`, /no column filename/],
  ['sqlite', 'id INT, id_order INT, file_type INT, filename TEXT', /does not count up/],
  ['sqlite', `${ID.sqlite}, id_order VARCHAR(20), file_type INT, filename TEXT`, /id_order is varchar\(20\)/],
  ['sqlite', `${ID.sqlite}, id_order, file_type INT, filename TEXT`, /id_order is of no type/],
  [
    'sqlite',
    `${ID.sqlite}, id_order INT, file_type INT, filename TEXT, bak_date_time INTEGER`,
    /bak_date_time is integer/,
  ],
  [
    'sqlite',
    `${ID.sqlite}, id_order INT, file_type INT, filename TEXT, bak_date_time TEXT NOT NULL DEFAULT ''`,
    /bak_date_time are NOT NULL/,
  ],
  [
    'sqlite',
    `${ID.sqlite}, id_order INT, file_type INT, filename TEXT, host TEXT NOT NULL`,
    /host are NOT NULL/,
  ],
  [
    'sqlite',
    `${ID.sqlite}, id_order INT, file_type INT, filename TEXT, bak_date_time TEXT DEFAULT CURRENT_TIMESTAMP`,
    /mark every new row/,
  ],
  [
    'sqlite',
    `${ID.sqlite}, id_order INT, file_type INT, filename TEXT, UNIQUE (id_order, filename)`,
    /UNIQUE over \(id_order,filename\)/,
  ],
])(
  'a table on %s that cannot be adopted is told, and left as it is: (%s)',
  async (engine, columns, words) => {
    const world = await worldWith(engine, columns);
    const before = await world.ask(schemaOf);
    for (const ask of ['migrate', 'planMigration'] as const) {
      const work = withApp<unknown>(world, (app) => app[ask]());
      await expect(work).rejects.toMatchObject({
        exit: 1,
        code: 'unfit-table',
        message: expect.stringMatching(words),
      });
    }
    expect(await world.ask(schemaOf)).toEqual(before);
    await world.remove();
  },
);

test.each([
  ['id_order VARCHAR(20), file_type INT', "'A-17', 1", /id_order is varchar\(20\).*"A-17"/],
  ['id_order VARCHAR(20), file_type INT', "'', 1", /id_order .*""/],
  ['id_order INT, file_type VARCHAR(10)', "1, 'main'", /file_type is varchar\(10\).*"main"/],
  ['id_order INT, file_type TEXT', "1, '1abc'", /file_type .*"1abc"/],
  ["id_order INT, file_type ENUM('main', 'point')", "1, 'point'", /file_type .*"point"/],
])('what is no number is told, and left as it is: (%s) with %s', async (columns, values, words) => {
  const world = await worldWith('mariadb', `${ID.mariadb}, filename VARCHAR(255), ${columns}`);
  await world.ask((database) => database.run(`INSERT INTO tbl_bak_order VALUES (1, 'a.jpg', ${values})`));
  const before = await world.ask(schemaOf);
  await expect(withApp(world, (app) => app.migrate())).rejects.toMatchObject({
    exit: 1,
    code: 'unfit-table',
    message: expect.stringMatching(words),
  });
  expect(await world.ask(schemaOf)).toEqual(before);
  await world.remove();
});

test.each<Engine>(['sqlite', 'mariadb'])(
  'names of more than 700 characters cannot be adopted on %s',
  async (engine) => {
    const world = await worldWith(engine, `${ID[engine]}, id_order INT, file_type INT, filename TEXT`);
    const put = (name: string) =>
      world.ask((database) =>
        database.run('INSERT INTO tbl_bak_order (id_order, file_type, filename) VALUES (1, 1, ?)', [name]),
      );
    await put('é'.repeat(701));
    await expect(withApp(world, (app) => app.migrate())).rejects.toThrow('more than 700 characters');
    await world.ask((database) => database.run('DELETE FROM tbl_bak_order'));
    await put('é'.repeat(700));
    await withApp(world, (app) => app.migrate());
    const rows = await world.ask((database) => database.all('SELECT filename FROM tbl_bak_order'));
    expect(pick(rows, ['filename'])).toEqual([['é'.repeat(700)]]);
    await world.remove();
  },
);

test.each<Engine>(['sqlite', 'mariadb'])(
  'rows that mean nothing are in nobody’s way on %s',
  async (engine) => {
    const world = await worldWith(
      engine,
      `${ID[engine]}, id_order INT, file_type INT, filename VARCHAR(255), bak_date_time VARCHAR(30)`,
    );
    const [spoilt, good] = await world.addOrders([
      { jobs: [{ image: 'of-spoilt.txt' }] },
      { jobs: [{ image: 'of-good.txt' }] },
    ]);
    await world.ask(async (database) => {
      const sql =
        'INSERT INTO tbl_bak_order (id_order, file_type, filename, bak_date_time) VALUES (?, ?, ?, ?)';
      for (const type of [0, 7, null])
        await database.run(sql, [spoilt?.id ?? 0, type, 'x.jpg', '2025-01-01 03:00:00']);
      await database.run(sql, [good?.id ?? 0, 1, null, '2025-01-01 03:00:00']);
      for (const type of [1, 5]) await database.run(sql, [null, type, 'of-nobody.txt', null]);
      for (const type of [1, 5]) await database.run(sql, [good?.id ?? 0, type, '', null]);
      if (engine === 'sqlite') await database.run(sql, ['no id', 1, 'of-nobody.txt', null]);
    });
    await withApp(world, async (app) => {
      await app.migrate();
      expect(await insert(app)).toMatchObject({ exit: 0, counts: { done: 2 } });
      const listed: string[] = [];
      for await (const page of app.list([], null)) listed.push(...page.map((file) => file.filename));
      expect(listed).toEqual(['of-spoilt.txt', 'of-good.txt']);
      const database = await openDatabase(world.databaseUrl);
      const { states } = await readBacklog(database).finally(() => database.close());
      expect(states).toMatchObject({ recorded: { files: 2 }, discuss: { files: 0 } });
    });
    await world.remove();
  },
);
