import { stat } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, describe, expect, inject, test } from 'vitest';
import { VIETNAM } from './clock.js';
import { ENGINES, withDatabase } from './database.js';
import { asArray, empty, unreadable } from './order-plan.js';
import { createWorld, type World } from './worlds.js';

const worlds: World[] = [];
afterAll(() => Promise.all(worlds.map((world) => world.remove())));

describe.for(ENGINES)('a world on %s', (engine) => {
  test('has the orders in the tables and the files in the folder that the shop would use', async () => {
    const world = await createWorld(engine, { pictures: 'small', zone: VIETNAM });
    worlds.push(world);
    const [first, second] = await world.addOrders([
      {
        user: 'lan',
        createTime: '2025-01-31 23:59:59',
        jobs: [
          {
            image: 'phòng 😀.jpg',
            attach: ['a.png'],
            complete: asArray(['b.pdf']),
            reworks: [{ attach: empty('{}') }],
          },
        ],
        discusses: [unreadable(['c.txt'])],
        youngTrash: ['new.txt'],
      },
      {
        user: 'lan',
        createTime: '2025-01-31 23:59:59',
        jobs: [{ image: 'b.pdf' }],
        status: 3,
        doneTime: null,
        trash: ['t.zip'],
      },
    ]);
    // 16:59:59 UTC, seven hours earlier.
    expect(first?.folder).toBe(`${Date.UTC(2025, 0, 31, 16, 59, 59) / 1000}@lan`);
    expect(second?.folder).toBe(first?.folder);
    expect([...world.files.values()].map(({ name, uses }) => [name, uses.map((use) => use.kind)])).toEqual([
      ['phòng 😀.jpg', ['main']],
      ['a.png', ['ref']],
      ['b.pdf', ['complete', 'main']],
      ['c.txt', ['discuss']],
      ['new.txt', ['youngTrash']],
      ['t.zip', ['trash']],
    ]);
    const age = async (name: string): Promise<number> =>
      Date.now() - (await stat(path.join(world.root, first?.folder ?? '', name))).mtimeMs;
    expect(await age('t.zip')).toBeGreaterThan(86_400_000);
    expect(await age('new.txt')).toBeLessThan(86_400_000);
    const jobs = await world.ask((database) =>
      database.all('SELECT id_order, image, attach, file_complete FROM tbl_job ORDER BY id_job'),
    );
    expect(jobs.map((row) => Object.values(row))).toEqual([
      [first?.id, 'phòng 😀.jpg', '{"0":"a.png"}', '["b.pdf"]'],
      [second?.id, 'b.pdf', null, null],
    ]);
    const orders = await world.ask((database) =>
      database.all('SELECT create_time, status, done_qc_time FROM tbl_order ORDER BY id_order'),
    );
    expect(orders[1]).toMatchObject({ create_time: '2025-01-31 23:59:59', status: 3, done_qc_time: null });
    const [discuss] = await world.ask((database) => database.all('SELECT file FROM tbl_order_discuss'));
    expect(() => JSON.parse(String(discuss?.file))).toThrow();
  });
});

test('a world takes its database with it', async () => {
  const world = await createWorld('mariadb');
  const name = new URL(world.databaseUrl).pathname.slice(1);
  const databases = (): Promise<unknown[]> =>
    withDatabase(inject('mysqlUrl'), (database) => database.all('SHOW DATABASES LIKE ?', [name]));
  expect(await databases()).toHaveLength(1);
  await world.remove();
  expect(await databases()).toHaveLength(0);
  await expect(stat(world.folder)).rejects.toThrow();
});
