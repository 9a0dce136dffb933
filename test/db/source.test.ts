import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase } from '../../src/db/open.js';
import { openSource } from '../../src/db/source.js';
import type { Database } from '../../src/db/tables.js';
import { EMPTY_CENSUS } from '../../src/domain/census.js';
import type { FolderRule } from '../../src/domain/folder-name.js';
import type { FolderNames } from '../../src/domain/order.js';
import type { CountedNames } from '../../src/steps/ports/shop.js';
import { ENGINES, type Engine, insertRows, type Value } from '../support/database.js';
import { createWorld, type World } from '../support/worlds.js';

const BY_TIME: FolderRule = {
  template: '{create_unix}@{create_by}',
  zone: 'America/New_York',
  thumbs: 'thumb',
};
const unix = (utc: string) => Date.parse(utc) / 1000;

/** What the three views give; as tables, so that any order can be written down. */
function tables(engine: Engine): string[] {
  const time = engine === 'mariadb' ? 'DATETIME(3)' : 'TEXT';
  return [
    `CREATE TABLE orderbak_order (id_order INTEGER, create_time ${time}, create_by VARCHAR(100), status VARCHAR(20),
      done_time VARCHAR(30), folder VARCHAR(200))`,
    'CREATE TABLE orderbak_order_file (id_order INTEGER, id_job INTEGER, id_rework INTEGER, id_discuss INTEGER, file_type INTEGER, filename VARCHAR(255))',
    'CREATE TABLE orderbak_unreadable (id_order INTEGER, origin VARCHAR(50), origin_id INTEGER)',
    `CREATE TABLE tbl_bak_order (id INTEGER, id_order INTEGER, file_type INTEGER, filename VARCHAR(255), order_create_time VARCHAR(30), order_create_by VARCHAR(100), order_folder VARCHAR(255), bak_date_time VARCHAR(30),
      file_size INTEGER, file_sha256 VARCHAR(64), unlink_time VARCHAR(30), missing_time VARCHAR(30),
      thumb_fault VARCHAR(255))`,
    'CREATE TABLE orderbak_restore (deletion_id INTEGER, folder VARCHAR(255), filename VARCHAR(255), begun_ms INTEGER, done_ms INTEGER)',
  ];
}

describe.for(ENGINES)('orders that share a folder are found on %s', (engine) => {
  let world: World;
  let database: Database;
  beforeAll(async () => {
    world = await createWorld(engine, { tables: false });
    if (engine === 'sqlite') await world.ask((d) => d.run('CREATE TABLE made (x)'));
    await world.ask(async (d) => {
      for (const sql of tables(engine)) await d.run(sql);
    });
    database = await openDatabase(world.databaseUrl);
  });
  afterAll(async () => {
    await database.close();
    await world.remove();
  });

  /** Writes orders down, and asks which of them lie in the folders of the first. */
  async function together(orders: readonly Value[][], rule = BY_TIME): Promise<[string, number[]][]> {
    await world.ask(async (d) => {
      await d.run('DELETE FROM orderbak_order');
      await insertRows(d, 'orderbak_order', ['id_order', 'create_time', 'create_by', 'folder'], orders);
    });
    const { folders } = await openSource(database, rule).folderFacts([Number(orders[0]?.[0])]);
    return folders.map((facts) => [facts.folder, facts.orders.map((order) => order.id).sort()]);
  }

  test('of one user in one second, with whatever fraction of it, and no others', async () => {
    const second = '2025-06-01 10:00:00';
    expect(
      await together([
        [1, `${second}.000`, 'lan', null],
        [2, `${second}.999`, 'lan', null],
        [3, `${second}.500`, 'mai', null],
        [4, '2025-06-01 10:00:01.000', 'lan', null],
        [5, '2025-05-31 10:00:00.000', 'lan', null],
        [6, `${second}.000`, 'lan', 'elsewhere'],
      ]),
    ).toEqual([[`${unix('2025-06-01T14:00:00Z')}@lan`, [1, 2]]]);
  });

  test('also one that the shop has deleted, before the question or after a plan, while recorded files of it are there', async () => {
    const second = '2025-06-01 10:00:00';
    const orders = [
      [1, second, 'lan', null],
      [2, second, 'lan', null],
    ];
    await together(orders);
    const source = openSource(database, BY_TIME);
    const askOf = async (...ids: number[]) =>
      (await source.sameFacts(ids)).folders.flatMap((facts) =>
        facts.orders.map((order) => [order.id, order.isForgotten ?? false]).sort(),
      );
    const columns = ['id', 'id_order', 'file_type', 'filename', 'order_create_time', 'order_create_by'];
    await world.ask((d) => insertRows(d, 'tbl_bak_order', columns, [[901, 2, 1, 'x.jpg', second, 'lan']]));
    expect(await askOf(1)).toEqual([[1, false]]);
    await world.ask((d) => d.run('DELETE FROM orderbak_order WHERE id_order = 2'));
    const gone = [
      [1, false],
      [2, true],
    ];
    expect(await askOf(1, 2)).toEqual(gone);
    expect(await together(orders.slice(0, 1))).toEqual([[`${unix('2025-06-01T14:00:00Z')}@lan`, [1, 2]]]);
    await world.ask((d) => d.run("UPDATE tbl_bak_order SET unlink_time = '2025-09-01' WHERE id = 901"));
    expect(await askOf(1, 2)).not.toEqual(gone);
    await world.ask((d) => d.run('DELETE FROM tbl_bak_order WHERE id = 901'));
  });

  test('written at a time that the clock skipped', async () => {
    const folder = `${unix('2025-03-09T07:30:00Z')}@lan`;
    const orders = [
      [1, '2025-03-09 03:30:00', 'lan', null],
      [2, '2025-03-09 02:30:00', 'lan', null],
    ];
    expect(await together(orders)).toEqual([[folder, [1, 2]]]);
    expect(await together([...orders].reverse())).toEqual([[folder, [1, 2]]]);
  });

  test('across midnight of a night in which the clock skipped it', async () => {
    const rule = { ...BY_TIME, zone: 'America/Nuuk' };
    const folder = `${unix('2024-03-31T01:30:00Z')}@lan`;
    const orders = [
      [1, '2024-03-31 00:30:00', 'lan', null],
      [2, '2024-03-30 23:30:00', 'lan', null],
    ];
    expect(await together(orders, rule)).toEqual([[folder, [1, 2]]]);
    expect(await together([...orders].reverse(), rule)).toEqual([[folder, [1, 2]]]);
  });

  test('where the view names the folder, exactly', async () => {
    const orders = [
      [1, '2025-06-01 10:00:00', 'lan', 'clients/An'],
      [2, '2021-01-01 10:00:00', 'mai', 'clients/An'],
      [3, '2021-01-01 10:00:00', 'mai', 'clients/AN'],
      [4, '2021-01-01 10:00:00', 'mai', 'clients'],
    ];
    expect(await together(orders)).toEqual([['clients/An', [1, 2]]]);
  });

  test('where the view names the folder that the template gives to another', async () => {
    const folder = `${unix('2025-06-01T14:00:00Z')}@lan`;
    const merged = [
      [1, '2021-01-01 10:00:00', 'mai', folder],
      [2, '2025-06-01 10:00:00', 'lan', null],
    ];
    expect(await together(merged)).toEqual([[folder, [1, 2]]]);
    expect(await together([...merged].reverse())).toEqual([[folder, [1, 2]]]);
    const byId = { ...BY_TIME, template: 'orders/{id_order}' };
    expect(
      await together(
        [
          [1, null, null, 'orders/17'],
          [17, null, null, null],
        ],
        byId,
      ),
    ).toEqual([['orders/17', [1, 17]]]);
  });

  test('by the day, where the template says so', async () => {
    const rule = { ...BY_TIME, template: '{create_by}/{yyyy}-{mm}-{dd}' };
    expect(
      await together(
        [
          [1, '2025-06-01 00:00:00', 'lan', null],
          [2, '2025-06-01 23:59:59.999', 'lan', null],
          [3, '2025-06-02 00:00:00', 'lan', null],
          [4, '2024-06-01 00:00:00', 'lan', null],
        ],
        rule,
      ),
    ).toEqual([['lan/2025-06-01', [1, 2]]]);
  });

  test.runIf(engine === 'sqlite')('in whatever form their text is', async () => {
    expect(
      await together([
        [1, '2025-06-01 00:00:00', 'lan', null],
        [2, '2025-06-01T00:00:00', 'lan', null],
        [3, '2025-06-01', 'lan', null],
        [4, '2025-06-01 00:00', 'lan', null],
      ]),
    ).toEqual([[`${unix('2025-06-01T04:00:00Z')}@lan`, [1, 2, 3, 4]]]);
  });

  test('an order whose folder cannot be told, or which is unknown, has none', async () => {
    await together([
      [1, null, 'lan', null],
      [2, '2025-06-01 10:00:00', '../..', null],
      [3, '2025-06-01 10:00:00', 'lan', '/etc'],
    ]);
    const { folders, homeless } = await openSource(database, BY_TIME).folderFacts([1, 2, 3, 99]);
    expect(folders).toEqual([]);
    expect([...homeless.keys()].sort()).toEqual([1, 2, 3, 99]);
    expect(homeless.get(99)).toContain('no longer knows');
  });

  test('asked again, also those that came to lie there meanwhile', async () => {
    const second = '2025-06-01 10:00:00';
    const folder = `${unix('2025-06-01T14:00:00Z')}@lan`;
    const columns = ['id_order', 'create_time', 'create_by', 'folder'];
    await together([
      [1, second, 'lan', null],
      [2, '2021-01-01 10:00:00', 'mai', 'elsewhere'],
    ]);
    const source = openSource(database, BY_TIME);
    const first = await source.folderFacts([1]);
    expect(first.folders.map((facts) => facts.orders.map((order) => order.id))).toEqual([[1]]);
    await world.ask(async (d) => {
      await insertRows(d, 'orderbak_order', columns, [[3, second, 'lan', null]]);
      await d.run('UPDATE orderbak_order SET folder = ? WHERE id_order = 2', [folder]);
    });
    const again = await source.sameFacts([1]);
    expect(again.folders.map((facts) => facts.orders.map((order) => order.id).sort())).toEqual([[1, 2, 3]]);
  });

  test('a row of an older script that means nothing makes its order one that cannot be read', async () => {
    await together([[1, '2025-06-01 10:00:00', 'lan', null]]);
    await world.ask((d) =>
      insertRows(
        d,
        'tbl_bak_order',
        ['id', 'id_order', 'file_type', 'filename'],
        [
          [1, 1, 1, 'a.jpg'],
          [2, 1, 7, 'b.jpg'],
          [3, 1, 2, null],
        ],
      ),
    );
    const { folders } = await openSource(database, BY_TIME).folderFacts([1]);
    expect(folders[0]?.recorded.map((row) => row.filename)).toEqual(['a.jpg']);
    expect([...(folders[0]?.unreadable ?? [])]).toEqual([1]);
  });

  test('an id that is no whole number, or that the database sorts as text, stops everything', async () => {
    const ids = { text: engine === 'mariadb' ? 'VARCHAR(20)' : 'TEXT' };
    const bad = await createWorld(engine, { tables: false });
    if (engine === 'sqlite') await bad.ask((d) => d.run('CREATE TABLE made (x)'));
    await bad.ask(async (d) => {
      for (const sql of tables(engine)) await d.run(sql.replace('id_order INTEGER', `id_order ${ids.text}`));
      const times = ['2025-06-01 10:00:00', 'lan', '9', '2025-06-02 10:00:00'];
      const columns = ['id_order', 'create_time', 'create_by', 'status', 'done_time'];
      await insertRows(d, 'orderbak_order', columns, [
        ['9', ...times],
        ['10', ...times],
      ]);
      await insertRows(d, 'orderbak_unreadable', ['id_order', 'origin'], [['10x', 'tbl_job.attach']]);
    });
    const other = await openDatabase(bad.databaseUrl);
    const source = openSource(other, BY_TIME);
    const retention = { statuses: ['9'], cutoff: '2025-09-01 00:00:00' };
    await expect(source.eligibleOrders(retention, 0, 80, null)).rejects.toThrow(
      /gives the ids of orders as text/,
    );
    const words = engine === 'sqlite' ? /gives the ids of orders as text/ : /"10x" as the id of an order/;
    await expect(source.folderFacts([10])).rejects.toThrow(words);
    await other.close();
    await bad.remove();
  });

  test('a view that gives a file of an unknown type is a fault that stops everything', async () => {
    await world.ask((d) =>
      d.run("INSERT INTO orderbak_order_file (id_order, file_type, filename) VALUES (1, 9, 'x')"),
    );
    await expect(openSource(database, BY_TIME).folderFacts([1])).rejects.toThrow(
      /orderbak_order_file gives order 1 a file of type 9/,
    );
  });

  test('the names that a plan is told are those of all facts, page by page, also of who shares a folder', async () => {
    const folder = `${unix('2025-06-01T14:00:00Z')}@lan`;
    await world.ask(async (d) => {
      for (const table of ['orderbak_order', 'orderbak_order_file', 'tbl_bak_order'])
        await d.run(`DELETE FROM ${table}`);
      const orders = Array.from({ length: 450 }, (_, index): Value[] => {
        const id = index + 1;
        // The first and the last share a folder; every seventh is not finished.
        const time =
          id === 450
            ? '2025-06-01 10:00:00'
            : `2025-06-01 10:${String(Math.floor(index / 60)).padStart(2, '0')}:${String(index % 60).padStart(2, '0')}`;
        return [id, time, 'lan', null, id % 7 === 0 ? '4' : '9', '2025-06-02 10:00:00'];
      });
      const columns = ['id_order', 'create_time', 'create_by', 'folder', 'status', 'done_time'];
      await insertRows(d, 'orderbak_order', columns, orders);
      const files = orders.map(([id]): Value[] => [id ?? null, 1, `${id}.jpg`]);
      await insertRows(d, 'orderbak_order_file', ['id_order', 'file_type', 'filename'], files);
      const rows = orders.map(([id]): Value[] => [
        id ?? null,
        id ?? null,
        id === 9 ? 8 : 1,
        `${id}.jpg`,
        '2025-07-01',
      ]);
      const recorded = ['id', 'id_order', 'file_type', 'filename', 'unlink_time'];
      await insertRows(d, 'tbl_bak_order', recorded, rows);
      await insertRows(d, 'orderbak_unreadable', ['id_order', 'origin'], [[5, 'tbl_job.attach']]);
      await insertRows(
        d,
        'orderbak_restore',
        ['deletion_id', 'folder', 'filename'],
        [[1, folder, 'back.tmp']],
      );
    });
    const source = openSource(database, BY_TIME);
    const retention = { statuses: ['9'], cutoff: '2025-09-01 00:00:00' };
    const told: { orderIds: readonly number[]; folders: CountedNames[] }[] = [];
    for await (const { orderIds, folders } of source.knownNames(retention, null)) {
      const all = await Promise.all(folders.map((takeApart) => takeApart()));
      told.push({ orderIds, folders: all.flat() });
    }
    const ids = told.flatMap((page) => page.orderIds);
    expect(ids).toEqual(Array.from({ length: 450 }, (_, index) => index + 1).filter((id) => id % 7 !== 0));
    const essence = (facts: FolderNames) => ({
      folder: facts.folder,
      orders: facts.orders.map((order) => order.id).sort(),
      unreadable: [...facts.unreadable].sort(),
      restored: [...facts.restored],
      named: facts.named.map((file) => file.filename).sort(),
      recorded: facts.recorded.map((row) => [row.filename, row.unlinkTime, row.missingTime]).sort(),
    });
    for (const { orderIds, folders } of told) {
      const asked = await source.folderFacts(orderIds);
      expect(folders.map(essence)).toEqual(asked.folders.map(essence));
    }
    const last = told.at(-1)?.folders.find((facts) => facts.folder === folder);
    expect(last && essence(last)).toMatchObject({ orders: [1, 450], restored: ['back.tmp'] });
    expect(last?.census).toEqual({ ...EMPTY_CENSUS, orders: 2, main: 2 });
    const broken = told.flatMap((page) => page.folders).filter((facts) => facts.unreadable.size > 0);
    expect(broken.flatMap((facts) => [...facts.unreadable])).toEqual([5, 9]);
    await world.ask((d) => d.run('DELETE FROM orderbak_unreadable'));
  });

  test('hundreds of orders on as many days are asked for at once', async () => {
    const orders = Array.from({ length: 400 }, (_, index) => {
      const day = new Date(Date.UTC(2020, 0, 1 + index)).toISOString().slice(0, 10);
      return [index + 1, `${day} 12:00:00`, 'lan', null] satisfies Value[];
    });
    await world.ask((d) => d.run('DELETE FROM orderbak_order_file'));
    await together(orders);
    const { folders } = await openSource(database, BY_TIME).folderFacts(orders.map((_, index) => index + 1));
    expect(folders.map((facts) => facts.orders.length)).toEqual(orders.map(() => 1));
  });
});
