import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '../../src/db/open.js';
import { readRawLists } from '../../src/db/shop-lists.js';
import type { Database } from '../../src/db/tables.js';
import { insertRows, type Value } from '../support/database.js';
import { createWorld, type World } from '../support/worlds.js';

let world: World;
let database: Database;
beforeAll(async () => {
  world = await createWorld('mariadb', { tables: false });
  await world.ask(async (d) => {
    await d.run(
      'CREATE TABLE orderbak_order_raw (id_order INTEGER, main TEXT, ref TEXT, complete TEXT, rework TEXT, discuss TEXT)',
    );
    await d.run('CREATE TABLE orderbak_order_file (id_order INTEGER, file_type INTEGER, filename TEXT)');
    await d.run('CREATE TABLE orderbak_unreadable (id_order INTEGER)');
    const raw: Value[][] = [
      [1, 'main "1".jpg', '["a\\"b.jpg","ref.jpg"]', '{"0":"c.jpg"}', null, null],
      [1, '', '', null, '["r.jpg",""]', '["d.jpg"]'],
      [2, 'm.jpg', 'broken', null, null, null],
    ];
    await insertRows(
      d,
      'orderbak_order_raw',
      ['id_order', 'main', 'ref', 'complete', 'rework', 'discuss'],
      raw,
    );
    const files = [1, 2].map((id) => [id, 2, `by the view ${id}.jpg`]);
    await insertRows(d, 'orderbak_order_file', ['id_order', 'file_type', 'filename'], files);
    await insertRows(d, 'orderbak_unreadable', ['id_order'], [[2]]);
  });
  database = await openDatabase(world.databaseUrl);
});
afterAll(async () => {
  await database.close();
  await world.remove();
});

test('plain lists are opened here; those that cannot be, by the views', async () => {
  const open = await readRawLists(database, [1, 2, 3]);
  const lists = await open([1, 2, 3]);
  const none = { main: 0, ref: 0, complete: 0, rework: 0, discuss: 0 };
  expect(lists.get(1)).toEqual({
    named: ['main "1".jpg', 'a"b.jpg', 'ref.jpg', 'c.jpg', 'r.jpg', 'd.jpg'].map((filename) => ({
      filename,
    })),
    counts: { main: 1, ref: 2, complete: 1, rework: 1, discuss: 1 },
    unreadable: false,
  });
  expect(lists.get(2)).toEqual({
    named: [{ filename: 'by the view 2.jpg' }],
    counts: { ...none, ref: 1 },
    unreadable: true,
  });
  expect(lists.get(3)).toEqual({ named: [], counts: none, unreadable: false });
});
