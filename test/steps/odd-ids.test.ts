import { describe, expect, test } from 'vitest';
import type { Database, Engine } from '../support/database.js';
import { declareAgain } from '../support/shop-tables.js';
import { at, heldBy, openShop } from './shop.js';

const LISTS = ['tbl_job', 'tbl_job_rework', 'tbl_order_discuss'];
const ALL = ['tbl_order', ...LISTS];

/** Declares the column anew; in SQLite what is there becomes text. */
async function declare(database: Database, table: string, type: string): Promise<void> {
  if (database.engine === 'mariadb') return database.run(`ALTER TABLE ${table} MODIFY id_order ${type}`);
  await declareAgain(database, table, 'id_order INTEGER NOT NULL', `id_order ${type}`);
  await database.run(`UPDATE ${table} SET id_order = CAST(id_order AS TEXT)`);
}

const all = (type: string) => Object.fromEntries(ALL.map((table) => [table, type]));

/** How shops may declare the id of an order so that a database gives it as text, or compares it as text. */
const SHOPS: [Engine, string, Record<string, string>][] = [
  [
    'mariadb',
    'BIGINT UNSIGNED beside INT',
    { ...all('INT'), tbl_order: 'BIGINT UNSIGNED', tbl_job: 'BIGINT UNSIGNED' },
  ],
  ['mariadb', 'DECIMAL', all('DECIMAL(12,2)')],
  ['mariadb', 'ZEROFILL', all('BIGINT ZEROFILL')],
  ['mariadb', 'VARCHAR of the jobs', { tbl_job: 'VARCHAR(20)' }],
  [
    'mariadb',
    'VARCHAR of all lists',
    Object.fromEntries(LISTS.map((table) => [table, 'VARCHAR(20) NOT NULL'])),
  ],
  ['sqlite', 'TEXT of the jobs', { tbl_job: 'TEXT' }],
  ['sqlite', 'TEXT of the chats', { tbl_order_discuss: 'TEXT' }],
  ['sqlite', 'no type of all lists', Object.fromEntries(LISTS.map((table) => [table, '']))],
];

describe.for(SHOPS)('ids of orders on %s: %s', ([engine, , types]) => {
  test('guard as numbers do', async () => {
    const { shop, orders } = await openShop(engine, [
      { jobs: [{ image: 'm.txt' }], discusses: [['d.txt', 'same.txt']], trash: ['t.tmp', 'final.txt'] },
      { jobs: [{ image: 'x.txt', attach: ['r.txt'] }], discusses: [['y.txt']], trash: ['u.tmp'] },
    ]);
    const [good, broken] = [at(orders, 0), at(orders, 1)];
    await shop.world.ask(async (database) => {
      for (const [table, type] of Object.entries(types)) await declare(database, table, type);
    });
    expect((await shop.run('insert')).counts).toMatchObject({ done: 6, failed: 0 });
    // Since then a list broke, and a job names what was only a chat's.
    const job = 'INSERT INTO tbl_job (id_job, id_order, attach) VALUES (?, ?, ?)';
    await shop.world.ask(async (database) => {
      await database.run("UPDATE tbl_job SET attach = '{broken' WHERE id_order = ?", [`${broken.id}`]);
      await database.run(job, [9001, good.id, '["same.txt"]']);
    });
    const talk = await shop.run('unlink-discuss');
    expect(heldBy(talk)).toEqual({
      'same.txt': `order ${good.id} names it as ref too, which is not recorded yet`,
      'y.txt': `order ${broken.id} has a list or a record that cannot be read`,
    });
    expect(talk.counts).toMatchObject({ done: 1, failed: 0 });
    await shop.backUp();
    expect((await shop.run('unlink-backed-up')).counts).toMatchObject({ done: 1, held: 2, failed: 0 });
    await shop.world.ask((database) => database.run(job, [9002, good.id, '["final.txt"]']));
    const trash = await shop.run('unlink-trash');
    expect(heldBy(trash)).toEqual({
      'u.tmp': `order ${broken.id} has a list or a record that cannot be read`,
    });
    expect(trash.counts).toMatchObject({ done: 1, failed: 0 });
    const left = [...(await shop.disk()).keys()].filter((file) => /\.(txt|tmp)$/.test(file));
    const [mine, theirs] = [good.folder, broken.folder];
    expect(left.filter((file) => !file.startsWith('.orderbak-trash')).sort()).toEqual(
      [
        ...['final.txt', 'same.txt'].map((name) => `${mine}/${name}`),
        ...['r.txt', 'u.tmp', 'x.txt', 'y.txt'].map((name) => `${theirs}/${name}`),
      ].sort(),
    );
    const listed: unknown[] = [];
    for await (const page of shop.app.list([], null)) listed.push(...page.map((file) => file.id_order));
    expect(listed).toEqual([]);
    expect(await shop.app.unknownOrders([99_999, good.id, broken.id])).toEqual([99_999]);
    await shop.close();
  });
});
