import { expect, test } from 'vitest';
import { heldBy, openShop } from './shop.js';

/** What PHP writes of a name that is not ASCII; the character set of its table need not have these characters. */
const listOf = (name: string) => {
  const text = JSON.stringify([name, 'a.txt']).replace(
    /[^ -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return { text, names: [name, 'a.txt'] };
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
