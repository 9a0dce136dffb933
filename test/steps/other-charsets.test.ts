import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { splitSql } from '../../src/db/split-sql.js';
import { ENGINES } from '../support/database.js';
import { createWorld } from '../support/worlds.js';
import { at, heldBy, openShop, Shop } from './shop.js';

/** What PHP writes of a name that is not ASCII; the character set of its table need not have these characters. */
const listOf = (name: string) => {
  const text = JSON.stringify([name, 'a.txt']).replace(
    /[^ -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return { text, names: [name, 'a.txt'] };
};

const SHIPPED = {
  mariadb: new URL('../../sql/source/mysql.sql', import.meta.url),
  sqlite: new URL('../../sql/source/sqlite.sql', import.meta.url),
};

test('a name that its table could not hold as it is stays known', async () => {
  const { shop } = await openShop('mariadb', [
    {
      jobs: [
        {
          attach: listOf('Trần.jpg'),
          complete: listOf('phòng.jpg'),
          reworks: [{ attach: listOf('😀.jpg'), complete: listOf('Hà 😀.jpg') }],
        },
      ],
      discusses: [listOf('Nội.jpg')],
      trash: ['t.tmp'],
    },
  ]);
  await shop.world.ask(async (database) => {
    await database.run('ALTER TABLE tbl_job CONVERT TO CHARACTER SET latin1');
    await database.run('ALTER TABLE tbl_job_rework CONVERT TO CHARACTER SET utf8mb3');
    await database.run('ALTER TABLE tbl_order_discuss CONVERT TO CHARACTER SET latin1');
  });
  const before = await shop.disk();
  const done = await shop.run('unlink-trash');
  expect({ counts: done.counts, held: heldBy(done) }).toMatchObject({ counts: { done: 1 }, held: {} });
  expect(await shop.losses(before)).toEqual([]);
  await shop.run('insert');
  const names = (await shop.rows()).map((row) => row.name).sort();
  expect([...new Set(names)]).toEqual(['Hà 😀.jpg', 'Nội.jpg', 'Trần.jpg', 'a.txt', 'phòng.jpg', '😀.jpg']);
  await shop.close();
});

test.each(ENGINES)(
  'names and users that come as bytes from %s are the text that they hold',
  async (engine) => {
    const world = await createWorld(engine, { pictures: 'small' });
    await world.addOrder({
      user: 'Trần',
      jobs: [{ image: 'Hà.txt', attach: ['b.txt'] }],
      discusses: [['Nội.txt']],
      trash: ['t.tmp'],
    });
    const type = engine === 'mariadb' ? 'BINARY' : 'BLOB';
    const views = path.join(world.folder, 'views.sql');
    const text = (await readFile(SHIPPED[engine], 'utf8'))
      .replace('u.username AS create_by', `CAST(u.username AS ${type}) AS create_by`)
      .replaceAll(/(, \d, )list\.(name|value)$/gm, `$1CAST(list.$2 AS ${type})`)
      .replace('CONVERT(j.image USING utf8mb4) AS filename', 'CAST(j.image AS BINARY) AS filename')
      .replace('j.image AS filename', 'CAST(j.image AS BLOB) AS filename');
    await writeFile(views, text);
    const shop = await Shop.open(world, { ORDERBAK_SOURCE_VIEWS: views });
    await shop.app.migrate();
    expect((await shop.run('insert')).counts).toMatchObject({ done: 3, failed: 0 });
    expect((await shop.run('insert')).counts).toMatchObject({ done: 0, failed: 0 });
    expect((await shop.rows()).map((row) => row.name).sort()).toEqual(['Hà.txt', 'Nội.txt', 'b.txt']);
    const before = await shop.disk();
    expect((await shop.run('unlink-trash')).counts).toMatchObject({ done: 1, failed: 0, held: 0 });
    expect(await shop.losses(before)).toEqual([]);
    expect((await shop.run('unlink-discuss')).counts).toMatchObject({ done: 1, failed: 0, held: 0 });
    await shop.backUp();
    expect((await shop.run('unlink-backed-up')).counts).toMatchObject({ done: 2, failed: 0, held: 0 });
    await shop.close();
  },
);

test('views whose words somebody has written on a connection that compares otherwise are read all the same', async () => {
  const { shop, orders } = await openShop('mariadb', [
    { jobs: [{ image: 'Hà.txt', attach: ['b.txt'] }], discusses: [['c.txt']], trash: ['t.tmp'] },
  ]);
  const { folder } = at(orders, 0);
  const text = (await readFile(SHIPPED.mariadb, 'utf8'))
    .replace('u.username AS create_by', "'alice' AS create_by")
    .replace('o.status', "'9' AS status")
    .replace('NULL AS folder', `'./${folder}' AS folder`);
  await shop.world.ask(async (database) => {
    await database.run('SET NAMES utf8mb4 COLLATE utf8mb4_unicode_520_ci');
    for (const statement of splitSql(text, 'mysql')) await database.run(statement);
  });
  const odd = await shop.run('unlink-trash', { dryRun: true });
  expect(odd).toMatchObject({ exit: 0, counts: { planned: 0 } });

  await shop.world.ask(async (database) => {
    await database.run('SET NAMES utf8mb4 COLLATE utf8mb4_unicode_520_ci');
    for (const statement of splitSql(text.replaceAll('./', ''), 'mysql')) await database.run(statement);
  });
  expect(await shop.run('insert')).toMatchObject({ exit: 0, counts: { done: 3, failed: 0 } });
  const before = await shop.disk();
  expect(await shop.run('unlink-trash')).toMatchObject({ exit: 0, counts: { done: 1, failed: 0, held: 0 } });
  expect(await shop.losses(before)).toEqual([]);
  expect(await shop.run('unlink-discuss')).toMatchObject({ exit: 0, counts: { done: 1, failed: 0 } });
  await shop.backUp();
  expect(await shop.run('unlink-backed-up')).toMatchObject({ exit: 0, counts: { done: 2, failed: 0 } });
  expect(await shop.purge(0)).toMatchObject({ exit: 0, counts: { done: 1, failed: 0, held: 0 } });
  await shop.close();
});
