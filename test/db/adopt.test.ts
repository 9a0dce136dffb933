import { afterEach, describe, expect, test } from 'vitest';
import { type Database, ENGINES, type Engine } from '../support/database.js';
import { createWorld, type World } from '../support/worlds.js';
import { insert, killedAfter, pick, schemaOf, text, withApp } from './schema.js';

/** Old tables as scripts of all ages made them: `tbl_bak_order` and some rows of it. */
interface OldTable {
  readonly table: string;
  readonly rows: readonly string[];
}

const COLUMNS = 'id, id_order, filename, file_type, bak_date_time';
/** Two photos recorded twice, once with a mark that came later; a chat, never marked; twins by case. */
const ROWS = [
  "(1, 142, 'a.jpg', 1, NULL)",
  "(2, 142, 'a.jpg', 1, '2025-02-03 03:00:00')",
  "(3, 142, 'a.jpg', 1, '2025-02-04 03:00:00')",
  "(4, 142, 'B.JPG', 2, NULL)",
  "(5, 142, 'b.jpg', 2, NULL)",
  "(6, 142, 'chat.jpg', 5, NULL)",
  "(7, 143, 'a.jpg', 1, '2025-02-03 03:00:00')",
  "(9, 143, 'c.jpg', 3, NULL)",
  "(10, 143, 'c.jpg', 3, NULL)",
];
const rows = (columns = COLUMNS, values = ROWS) =>
  values.map((value) => `INSERT INTO tbl_bak_order (${columns}) VALUES ${value}`);
const REST =
  'order_create_time DATETIME NULL, order_create_by VARCHAR(100) NULL, id_job INT NULL, id_rework INT NULL, id_discuss INT NULL';
const ID = {
  mariadb: 'INT NOT NULL AUTO_INCREMENT PRIMARY KEY',
  sqlite: 'INTEGER PRIMARY KEY AUTOINCREMENT',
};

const OLD: Record<Engine, Record<string, OldTable>> = {
  sqlite: {
    'the documented columns': {
      table: `id ${ID.sqlite}, id_order INT NOT NULL, ${REST}, filename VARCHAR(255) NOT NULL, file_type TINYINT NOT NULL, bak_date_time DATETIME`,
      rows: rows(),
    },
    'names that compare without case': {
      table: `id ${ID.sqlite}, id_order INT, ${REST}, filename TEXT COLLATE NOCASE, file_type INT, bak_date_time TEXT`,
      rows: rows(),
    },
    'later times, a key over too little, a column of its own': {
      table: `id ${ID.sqlite}, id_order INT, filename TEXT, file_type INT, bak_date_time TEXT, download_time TEXT, unlink_time TEXT, host TEXT NOT NULL DEFAULT 'web1', seen INT DEFAULT 0`,
      rows: [
        ...rows(),
        'UPDATE tbl_bak_order SET seen = id',
        'CREATE UNIQUE INDEX old_key ON tbl_bak_order (id, filename)',
        'CREATE UNIQUE INDEX too_little ON tbl_bak_order (id_order, filename, seen)',
      ],
    },
  },
  mariadb: {
    'the documented columns': {
      table: `(id ${ID.mariadb}, id_order INT NOT NULL, ${REST}, filename VARCHAR(255) NOT NULL, file_type TINYINT NOT NULL, bak_date_time DATETIME NULL) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`,
      rows: rows(),
    },
    'MyISAM in latin1, everything NOT NULL with zeros': {
      table: `(id ${ID.mariadb}, id_order INT NOT NULL, order_create_time DATETIME NOT NULL DEFAULT '0000-00-00 00:00:00', order_create_by VARCHAR(50) NOT NULL DEFAULT '',
        id_job INT NOT NULL DEFAULT 0, id_rework INT NOT NULL DEFAULT 0, id_discuss INT NOT NULL DEFAULT 0, filename VARCHAR(255) NOT NULL, file_type TINYINT NOT NULL,
        bak_date_time DATETIME NOT NULL DEFAULT '0000-00-00 00:00:00', unlink_time DATETIME NOT NULL DEFAULT '0000-00-00 00:00:00') ENGINE=MyISAM DEFAULT CHARSET=latin1 COLLATE=latin1_swedish_ci`,
      rows: rows(
        COLUMNS,
        ROWS.map((row) => row.replace('NULL)', "'0000-00-00 00:00:00')")),
      ),
    },
    'TEXT names and ids in utf8mb3, in a table of old pages': {
      table: `(id ${ID.mariadb}, id_order VARCHAR(20) NULL, order_create_by VARCHAR(50) NULL, filename TEXT NULL, file_type VARCHAR(4) NULL, bak_date_time VARCHAR(19) NULL) ENGINE=InnoDB ROW_FORMAT=COMPACT DEFAULT CHARSET=utf8mb3`,
      rows: rows(),
    },
    'long names, a key over too little, columns of its own': {
      table: `(id ${ID.mariadb}, id_order INT NOT NULL, filename VARCHAR(1000) COLLATE utf8mb4_general_ci NOT NULL, file_type TINYINT NOT NULL, bak_date_time DATETIME NULL, download_time DATETIME NULL,
        host VARCHAR(20) CHARACTER SET latin1 NOT NULL, note TEXT NOT NULL, seen TINYINT NOT NULL DEFAULT 0, UNIQUE KEY too_little (id_order, short_name, seen), short_name VARCHAR(30) GENERATED ALWAYS AS (LEFT(filename, 30)) STORED) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`,
      rows: rows(
        `${COLUMNS}, host, note, seen`,
        ROWS.map((row, index) => row.replace(/\)$/, `, 'web1', 'x', ${index + 1})`)),
      ),
    },
    'types that are words of a list, in an order of their own': {
      table: `(id ${ID.mariadb}, id_order INT NOT NULL, filename VARCHAR(255) NOT NULL, file_type ENUM('5', '4', '3', '2', '1', 'print') NOT NULL, bak_date_time DATETIME NULL) ENGINE=InnoDB`,
      rows: rows(
        COLUMNS,
        ROWS.map((row) => row.replace(/', (\d),/, "', '$1',")),
      ),
    },
    'sizes and times in too little room': {
      table: `(id ${ID.mariadb}, id_order INT NOT NULL, order_create_time VARCHAR(10) NULL, filename VARCHAR(255) NOT NULL, file_type TINYINT NOT NULL, bak_date_time VARCHAR(19) NULL, file_size INT NULL) ENGINE=InnoDB`,
      rows: rows(),
    },
    'a mark that the clock writes by itself': {
      table: `(id ${ID.mariadb}, id_order INT NOT NULL, filename VARCHAR(255) NOT NULL, file_type TINYINT NOT NULL, bak_date_time TIMESTAMP NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP) ENGINE=InnoDB`,
      rows: rows(),
    },
  },
};

const worlds: World[] = [];
afterEach(() => Promise.all(worlds.splice(0).map((world) => world.remove())));

async function oldWorld(engine: Engine, old: OldTable): Promise<World> {
  const world = await createWorld(engine);
  worlds.push(world);
  await world.ask(async (database) => {
    await database.run(`CREATE TABLE tbl_bak_order ${engine === 'sqlite' ? `(${old.table})` : old.table}`);
    for (const sql of old.rows) await database.run(sql);
  });
  return world;
}

const CREATED = '2026-01-15 10:20:30';
/** Longer than what older scripts had room for, and with letters that their tables do not know. */
const USER = 'Trần Thị Mai 😀'.padEnd(90, 'x');

/** The rows as they were, with what means "never" written as nothing. */
async function facts(database: Database): Promise<unknown[][]> {
  const found = await database.all('SELECT * FROM tbl_bak_order ORDER BY id');
  const never = found.map((row) => ({
    ...row,
    bak_date_time: /^0000/.test(text(row.bak_date_time)) ? null : row.bak_date_time,
    file_type: Number(row.file_type),
    id_order: Number(row.id_order),
  }));
  return pick(never, COLUMNS.split(', '));
}

describe.for(ENGINES)(
  'an older tbl_bak_order on %s: no row and no mark is lost, and new files are recorded in it',
  (engine) => {
    test.each(Object.entries(OLD[engine]))('%s', async (_, old) => {
      const world = await oldWorld(engine, old);
      const before = await world.ask(facts);
      await withApp(world, (app) => app.migrate());
      expect(await world.ask(facts)).toEqual(before);
      expect(await withApp(world, (app) => app.planMigration())).toEqual([]);
      const told = await world.ask((database) =>
        database.all('SELECT id, duplicate FROM tbl_bak_order ORDER BY id'),
      );
      // Of rows for one file a marked one counts, else the first; twins by case are two files.
      expect(told.map((row) => [row.id, row.duplicate])).toEqual([
        [1, 1],
        [2, 0],
        [3, 3],
        [4, 0],
        [5, 0],
        [6, 0],
        [7, 0],
        [9, 0],
        [10, 10],
      ]);

      const order = await world.addOrder({
        user: USER,
        createTime: CREATED,
        missing: 'all',
        jobs: [{ image: 'Phòng 😀.jpg', attach: ['b.jpg', 'B.JPG', 'b.jpg '] }],
        discusses: [['b.jpg']],
      });
      expect(await withApp(world, insert)).toMatchObject({ exit: 0, counts: { done: 5 } });
      const found = await world.ask((database) =>
        database.all('SELECT * FROM tbl_bak_order WHERE id_order = ?', [order.id]),
      );
      expect(found.map((row) => text(row.order_create_time))).toEqual(Array(5).fill(CREATED));
      await world.ask((database) =>
        database.run(
          "UPDATE tbl_bak_order SET bak_date_time = '2026-01-02 03:04:05', file_size = 5000000000 WHERE id_order = ?",
          [order.id],
        ),
      );
      const columns = ['filename', 'order_create_by', 'bak_date_time', 'unlink_time'];
      expect(pick(found, columns).sort()).toEqual(
        ['B.JPG', 'Phòng 😀.jpg', 'b.jpg', 'b.jpg', 'b.jpg '].map((name) => [name, USER, null, null]).sort(),
      );
      expect(found.map((row) => Number(row.file_type)).sort()).toEqual([1, 2, 2, 2, 5]);
    });

    test('three at once: each is a success, and nothing is lost', async () => {
      const [, old] =
        Object.entries(OLD[engine]).find(([name]) => name.includes('a key over too little')) ?? [];
      const [, other] = Object.entries(OLD[engine]).at(-1) ?? [];
      for (const one of [old, other]) {
        if (one === undefined) throw new Error('there is no such table');
        const world = await oldWorld(engine, one);
        const before = await world.ask(facts);
        await Promise.all([1, 2, 3].map(() => withApp(world, (app) => app.migrate())));
        expect(await world.ask(facts)).toEqual(before);
        expect(await withApp(world, (app) => app.planMigration())).toEqual([]);
      }
    });

    test('killed after any statement, the next run finishes', async () => {
      const [, old] = Object.entries(OLD[engine]).at(1) ?? [];
      if (old === undefined) throw new Error('there is no such table');
      const whole = await oldWorld(engine, old);
      const statements = await withApp(whole, (app) => app.planMigration());
      await withApp(whole, (app) => app.migrate());
      const [finished, kept] = [await whole.ask(schemaOf), await whole.ask(facts)];
      await killedAfter(
        statements,
        () => oldWorld(engine, old),
        async (world, done) => {
          await withApp(world, (app) => app.migrate());
          expect({ done, schema: await world.ask(schemaOf) }).toEqual({ done, schema: finished });
          expect({ done, facts: await world.ask(facts) }).toEqual({ done, facts: kept });
        },
      );
    });
  },
);
