import { existsSync, mkdirSync, renameSync, rmdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { OrderPlan } from '../support/order-plan.js';
import type { PlantedOrder } from '../support/planting.js';
import { change, type Meanwhile, runWhile, WATCHER } from './meanwhile.js';
import { at, heldBy, openShop, type Shop } from './shop.js';

const ORDER: OrderPlan = {
  jobs: [{ image: 'main.jpg', attach: ['a.txt', 'b.txt'] }],
  discusses: [['chat.jpg']],
  trash: ['trash.bin'],
};
const REMOVED = {
  'unlink-discuss': ['chat.jpg'],
  'unlink-backed-up': ['main.jpg', 'a.txt', 'b.txt'],
  'unlink-trash': ['trash.bin'],
};

/** What happens after the plan, and the words with which each file that was to go is held. */
const HOLDING: readonly (readonly [happens: string, (world: Meanwhile) => void, words: RegExp])[] = [
  [
    'its order is reopened',
    ({ sql, order }) => sql('UPDATE tbl_order SET status = 4 WHERE id_order = ?', order),
    /is not finished/,
  ],
  [
    'its order is finished once more, today',
    ({ sql, order }) => sql("UPDATE tbl_order SET done_qc_time = '2999-01-01' WHERE id_order = ?", order),
    /after the limit/,
  ],
  [
    'a list of its order is broken',
    ({ sql, order }) => sql("INSERT INTO tbl_job (id_order, attach) VALUES (?, '{')", order),
    /cannot be read/,
  ],
  [
    'another order comes to name it, which is not finished',
    ({ sql, order }) => {
      const columns = 'id_order, id_user, status, create_time';
      sql(
        `INSERT INTO tbl_order (${columns}) SELECT id_order + 5000, id_user, 1, create_time FROM tbl_order WHERE id_order = ?`,
        order,
      );
      for (const name of ['main.jpg', 'a.txt', 'b.txt', 'chat.jpg'])
        sql('INSERT INTO tbl_job (id_order, image) VALUES (?, ?)', order + 5000, name);
    },
    /is not finished/,
  ],
  [
    'its order is deleted',
    ({ sql, order }) => sql('DELETE FROM tbl_order WHERE id_order = ?', order),
    /moved to another folder/,
  ],
  [
    'its order moves to another folder',
    ({ sql, order }) =>
      sql("UPDATE tbl_order SET create_time = '2020-01-01 10:00:00' WHERE id_order = ?", order),
    /moved to another folder/,
  ],
  [
    'its folder becomes a link',
    ({ place }) => {
      renameSync(place(), `${place()}-moved`);
      symlinkSync(`${place()}-moved`, place());
    },
    /is a link or no folder/,
  ],
];

/** What happens, how the run ends, and how it is undone. */
const STOPPING: readonly (readonly [
  happens: string,
  (world: Meanwhile) => void,
  end: { exit: number; code: string },
  undo: (world: Meanwhile) => void,
])[] = [
  [
    'the root lost its marker',
    ({ root }) => renameSync(path.join(root, '.orderbak-root'), `${root}-marker`),
    { exit: 5, code: 'no-marker' },
    ({ root }) => renameSync(`${root}-marker`, path.join(root, '.orderbak-root')),
  ],
  [
    'the root got the marker of another shop',
    ({ root }) => {
      renameSync(path.join(root, '.orderbak-root'), `${root}-marker`);
      writeFileSync(path.join(root, '.orderbak-root'), 'somebody-else\n');
    },
    { exit: 5, code: 'other-root' },
    ({ root }) => renameSync(`${root}-marker`, path.join(root, '.orderbak-root')),
  ],
  [
    'the root is gone',
    ({ root }) => renameSync(root, `${root}-away`),
    { exit: 75, code: 'root-away' },
    ({ root }) => renameSync(`${root}-away`, root),
  ],
  [
    'the root is an empty folder, as without its disk',
    ({ root }) => {
      renameSync(root, `${root}-away`);
      mkdirSync(root);
    },
    { exit: 75, code: 'root-away' },
    ({ root }) => {
      rmdirSync(root);
      renameSync(`${root}-away`, root);
    },
  ],
  [
    'another process takes the lease over',
    ({ sql }) => sql("UPDATE orderbak_lease SET token = 'another'"),
    { exit: 5, code: 'lease-lost' },
    ({ sql }) => sql('UPDATE orderbak_lease SET token = NULL'),
  ],
  [
    'a view is gone',
    ({ sql }) => {
      // Or SQLite would let the views follow.
      sql('PRAGMA legacy_alter_table = ON');
      sql('ALTER TABLE tbl_job RENAME TO tbl_job_away');
    },
    { exit: 1, code: 'table-missing' },
    ({ sql }) => {
      sql('PRAGMA legacy_alter_table = ON');
      sql('ALTER TABLE tbl_job_away RENAME TO tbl_job');
    },
  ],
];

describe.each(['unlink-discuss', 'unlink-backed-up', 'unlink-trash'] as const)('%s', (step) => {
  let shop: Shop;
  let orders: PlantedOrder[];
  beforeAll(async () => {
    ({ shop, orders } = await openShop(
      'sqlite',
      [...HOLDING, ...STOPPING].map(() => ORDER),
    ));
    await shop.run('insert');
    if (step === 'unlink-backed-up') await shop.backUp();
  });
  afterAll(() => shop.close());

  async function expectUntouched(order: PlantedOrder): Promise<void> {
    for (const name of REMOVED[step])
      expect(existsSync(path.join(shop.world.root, order.folder, name))).toBe(true);
    const rows = (await shop.rows()).filter((row) => row.order === order.id);
    expect(rows.filter((row) => row.isUnlinked || row.isMissing)).toEqual([]);
    const removals = await shop.world.ask((database) =>
      database.all('SELECT * FROM orderbak_deletion WHERE folder = ?', [order.folder]),
    );
    expect(removals).toEqual([]);
  }

  test.each(HOLDING)('the file stays: %s', async (happening, happens, words) => {
    const order = at(
      orders,
      HOLDING.findIndex(([each]) => each === happening),
    );
    const done = await runWhile(shop, order, step, happens);
    expect(done).toMatchObject({ exit: 0, expected: REMOVED[step].length, counts: { done: 0, failed: 0 } });
    const held = Object.entries(heldBy(done));
    expect(held.map(([name]) => name).sort()).toEqual([...REMOVED[step]].sort());
    for (const [, reason] of held) expect(reason).toMatch(words);
    await expectUntouched(order);
  });

  test.each(STOPPING)('the run stops: %s', async (happening, happens, end, undo) => {
    const order = at(orders, HOLDING.length + STOPPING.findIndex(([each]) => each === happening));
    const done = await runWhile(shop, order, step, happens);
    change(shop, order, undo);
    expect({ exit: done.exit, code: done.errors[0]?.code }).toEqual(end);
    expect(done).toMatchObject({ ok: false, counts: { done: 0 } });
    await expectUntouched(order);
    rmSync(path.join(shop.world.root, order.folder, 'thumb'), { recursive: true, force: true });
  });
});

test('between two folders of one run the database is asked again as well', async () => {
  // More than may be in hand at once.
  const plans = Array.from({ length: 90 }, (_, index) => ({ discusses: [[`chat-${index}.txt`]] }));
  const { shop, orders } = await openShop('sqlite', plans);
  await shop.run('insert');
  const last = at(orders, 89);
  let told = 0;
  const advanced = () => {
    told += 1;
    if (told === 1)
      change(shop, last, ({ sql, order }) =>
        sql('UPDATE tbl_order SET status = 4 WHERE id_order = ?', order),
      );
  };
  const summary = await shop.run('unlink-discuss', { watcher: { ...WATCHER, advanced } });
  expect(summary.counts).toMatchObject({ planned: 90, done: 89, held: 1 });
  expect(heldBy(summary)).toEqual({ 'chat-89.txt': expect.stringContaining('is not finished') });
  await shop.close();
});
