import { expect, test } from 'vitest';
import { ENGINES } from '../support/database.js';
import { at, openShop } from './shop.js';

/** No more than 255 characters, as the tables hold them, and more than 255 bytes, which no disk holds. */
const LONG = `${'😀'.repeat(100)}.txt`;

test.each(ENGINES)('names that no disk can hold are in nobody’s way on %s', async (engine) => {
  const { shop, orders } = await openShop(engine, [
    { jobs: [{ image: LONG, attach: ['a.txt'] }], discusses: [[LONG, 'chat.txt']], missing: [LONG] },
    { user: 'ầ'.repeat(90), missing: 'all', jobs: [{ image: 'b.txt' }], discusses: [['b-chat.txt']] },
    { jobs: [{ image: 'c.txt' }], discusses: [['c-chat.txt']] },
  ]);
  expect((await shop.run('insert')).counts.done).toBe(8);
  const listed: [string, boolean][] = [];
  for await (const page of shop.app.list([], null))
    for (const { filename, size } of page) listed.push([filename, size !== null]);
  expect(listed.sort()).toEqual(
    [
      ['a.txt', true],
      ['b.txt', false],
      ['c.txt', true],
      [LONG, false],
    ].sort(),
  );

  const marked = await shop.backUp();
  expect(marked).toMatchObject({ exit: 3, counts: { done: 2, failed: 2 } });
  expect(marked.errors.map(({ code }) => code)).toEqual(['missing', 'missing']);
  expect(await shop.run('unlink-discuss')).toMatchObject({ exit: 0, counts: { done: 2, failed: 0 } });
  expect(await shop.run('unlink-trash')).toMatchObject({ exit: 0, counts: { failed: 0 } });
  expect(await shop.run('unlink-backed-up')).toMatchObject({ exit: 0, counts: { done: 2, failed: 0 } });
  const rows = await shop.rows();
  expect(
    rows
      .filter((row) => row.isUnlinked)
      .map((row) => row.name)
      .sort(),
  ).toEqual(['a.txt', 'c-chat.txt', 'c.txt', 'chat.txt']);
  expect(rows.filter((row) => row.order === at(orders, 1).id && row.isUnlinked)).toEqual([]);
  await shop.close();
});
