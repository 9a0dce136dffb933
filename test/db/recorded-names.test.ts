import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase } from '../../src/db/open.js';
import { readRecordedNames } from '../../src/db/recorded-names.js';
import type { Database } from '../../src/db/tables.js';
import { ENGINES, insertRows, type Value } from '../support/database.js';
import { createWorld, type World } from '../support/worlds.js';

const STRANGE = [
  'x"y.jpg',
  'back\\slash.jpg',
  'line\nbreak.jpg',
  'Trần 😀.jpg',
  'tab\t.jpg',
  '\u2028',
  '/',
  ' ',
];
/** Their names are longer than what MariaDB puts together in one text unless it is told otherwise: a megabyte. */
const MANY = Array.from({ length: 4200 }, (_, index) => `${index}-${'n'.repeat(245)}`);
const GONE = '2025-07-01 00:00:00';

const ROWS: readonly Value[][] = [
  [1, 1, 1, 'here.jpg', null, null],
  [2, 1, 1, 'unlinked.jpg', GONE, null],
  [3, 1, 2, 'missing.jpg', null, GONE],
  // A row that an older table had twice, and the same name under another type.
  [4, 1, 2, 'twice.jpg', null, null],
  [5, 1, 2, 'twice.jpg', GONE, null],
  [6, 1, 3, 'twice.jpg', null, null],
  [7, 1, 7, 'of-no-type.jpg', GONE, null],
  ...STRANGE.map((name, index) => [10 + index, 2, 5, name, index % 2 === 0 ? null : GONE, null]),
  ...MANY.map((name, index) => [100 + index, 3, 2, name, index === 4000 ? GONE : null, null]),
  [9000, 3, 1, 'beside-many.jpg', null, null],
  // Recorded long after the others.
  [1_000_000, 4, 1, 'late.jpg', GONE, null],
];

describe.for(ENGINES)('what is recorded on %s', (engine) => {
  let world: World;
  let database: Database;
  beforeAll(async () => {
    world = await createWorld(engine, { tables: false });
    await world.ask(async (d) => {
      await d.run(`CREATE TABLE tbl_bak_order (id INTEGER, id_order INTEGER, file_type INTEGER, filename VARCHAR(255)${engine === 'mariadb' ? ' COLLATE utf8mb4_bin' : ''},
        unlink_time VARCHAR(30), missing_time VARCHAR(30))`);
      await insertRows(
        d,
        'tbl_bak_order',
        ['id', 'id_order', 'file_type', 'filename', 'unlink_time', 'missing_time'],
        ROWS,
      );
    });
    database = await openDatabase(world.databaseUrl);
  });
  afterAll(async () => {
    await database.close();
    await world.remove();
  });

  test.for([[[1, 2]], [[3]], [[1, 2, 3, 4]], [[1, 4]], [[99]]])(
    'of the orders %j is told row by row, with when each file went',
    async ([ids = []]) => {
      const take = await readRecordedNames(database, ids);
      const rows = (await take(ids)).map((row) => [
        row.id_order,
        row.file_type,
        row.filename,
        row.unlinkTime,
        row.missingTime,
      ]);
      const wanted = ROWS.filter(([, order]) => ids.includes(Number(order))).map((row) => row.slice(1));
      expect(rows.map((row) => JSON.stringify(row)).sort()).toEqual(
        wanted.map((row) => JSON.stringify(row)).sort(),
      );
    },
  );

  test('of some of the orders that were read, only theirs is told', async () => {
    const take = await readRecordedNames(database, [1, 2, 3]);
    expect((await take([2])).map((row) => row.filename).sort()).toEqual([...STRANGE].sort());
  });

  test('of an order with more names than one call of a function can be given', async () => {
    await world.ask((d) =>
      d.run(`INSERT INTO tbl_bak_order (id, id_order, file_type, filename)
        SELECT 2000000 + a.id * 50 + b.id, 5, 1, a.id * 50 + b.id FROM tbl_bak_order a, tbl_bak_order b
        WHERE a.id_order = 3 AND a.id < 9000 AND b.id BETWEEN 100 AND 139`),
    );
    const take = await readRecordedNames(database, [5]);
    expect((await take([5])).length).toBe(40 * MANY.length);
  });
});
