import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { brokenLists } from '../../src/db/broken-lists.js';
import { openDatabase } from '../../src/db/open.js';
import type { Database } from '../../src/db/tables.js';
import { ENGINES, insertRows } from '../support/database.js';
import { createWorld, type World } from '../support/worlds.js';

describe.for(ENGINES)('lists that cannot be read on %s', (engine) => {
  let world: World;
  let database: Database;
  beforeAll(async () => {
    world = await createWorld(engine, { tables: false });
    await world.ask(async (d) => {
      await d.run(
        'CREATE TABLE orderbak_unreadable (id_order INTEGER, origin VARCHAR(40), origin_id INTEGER)',
      );
      const between = [1, 2, 3].map((row) => [11, 'tbl_job.attach', row]);
      await insertRows(
        d,
        'orderbak_unreadable',
        ['id_order', 'origin', 'origin_id'],
        [...between, [12, 'tbl_job.image', 7]],
      );
    });
    database = await openDatabase(world.databaseUrl);
  });
  afterAll(async () => {
    await database.close();
    await world.remove();
  });

  test('are told of these orders, however many an order between them has', async () => {
    expect(await brokenLists(database, new Set([10, 12]), 2)).toEqual([
      { orderId: 12, origin: 'tbl_job.image', row: 7 },
    ]);
  });

  test('are told up to so many', async () => {
    expect(await brokenLists(database, new Set([11]), 2)).toHaveLength(2);
  });
});
