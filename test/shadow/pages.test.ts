import { afterAll, beforeAll, expect, test } from 'vitest';
import { insertRows } from '../support/database.js';
import { askOrderbak } from '../support/kept-orderbak.js';
import type { PlantedOrder } from '../support/planting.js';
import { createWorld, type World } from '../support/worlds.js';

/** More than are read at once. */
const ORDERS = 450;
const SHARED = '2025-03-01 10:00:00';

let world: World;
let orders: PlantedOrder[];

beforeAll(async () => {
  world = await createWorld('sqlite');
  const plan = (at: number) => ({
    jobs: [{ image: `${at}.txt` }],
    missing: 'all' as const,
    ...(at === 0 || at === ORDERS - 1 ? { createTime: SHARED } : {}),
  });
  orders = await world.addOrders(Array.from({ length: ORDERS }, (_, at) => plan(at)));
  await world.addOrder({ jobs: [{ image: 'there.txt' }], status: 3 });
  await world.ask(async (database) => {
    await database.run(
      'CREATE TABLE tbl_bak_order (id INTEGER PRIMARY KEY, id_order INT, filename TEXT, file_type INT, bak_date_time TEXT)',
    );
    const rows = orders.map(({ id }, at) => [id, `${at}.txt`, 1, at % 2 === 0 ? '2026-01-15 02:00:00' : '']);
    await insertRows(database, 'tbl_bak_order', ['id_order', 'filename', 'file_type', 'bak_date_time'], rows);
  });
});
afterAll(() => world.remove());

test('each order of a large shop is compared once, also where the first and the last share a folder', async () => {
  const { stdout } = await askOrderbak(world, ['shadow', '--all', '--json']);
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const sum = lines.pop();
  expect(sum).toMatchObject({ orders: ORDERS, files: ORDERS, folders: { compared: ORDERS - 1, found: 0 } });
  expect(lines.map(({ filename }) => filename).sort()).toEqual(
    orders.flatMap((_, at) => (at % 2 === 0 ? [] : [`${at}.txt`])).sort(),
  );
  const last = orders.at(-1)?.id;
  const { stdout: one } = await askOrderbak(world, ['shadow', '--json', '--order', String(last)]);
  // Its folder is compared whole.
  expect(JSON.parse(one)).toMatchObject({ orders: 2, files: 2, differences: 1 });
});
