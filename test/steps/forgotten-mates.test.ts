import { existsSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { daysAgo } from '../support/clock.js';
import { ENGINES } from '../support/database.js';
import { at, heldBy, openShop, type Shop } from './shop.js';

/** A double click: two orders of one user in one second. */
const BOTH = { user: 'studio', createTime: daysAgo(170) };

describe.each(ENGINES)('an order that the shop deletes, in a folder that it shares, on %s', (engine) => {
  let shop: Shop;
  let deleted: number;
  let there: (name: string) => boolean;

  beforeEach(async () => {
    const opened = await openShop(engine, [
      { ...BOTH, jobs: [{ image: 'x.jpg', attach: ['said.jpg'] }] },
      { ...BOTH, jobs: [{ image: 'y.jpg' }], discusses: [['said.jpg', 'chat.jpg']], trash: ['left.tmp'] },
    ]);
    ({ shop } = opened);
    const [first, second] = [at(opened.orders, 0), at(opened.orders, 1)];
    expect(first.folder).toBe(second.folder);
    deleted = first.id;
    there = (name) => existsSync(path.join(shop.world.root, second.folder, name));
    await shop.run('insert');
  });
  afterEach(() => shop.close());

  const forget = (...tables: string[]) =>
    shop.world.ask(async (database) => {
      for (const table of ['tbl_order', ...tables])
        await database.run(`DELETE FROM ${table} WHERE id_order = ?`, [deleted]);
    });

  test.each([[[]], [['tbl_job']]])(
    'keeps what is recorded of it from the trash (also gone: %j)',
    async (tables) => {
      await forget(...tables);
      const done = await shop.run('unlink-trash');
      expect(done).toMatchObject({ counts: { done: 0 } });
      expect(heldBy(done)['x.jpg'] ?? heldBy(done)['left.tmp']).toContain(`no longer knows order ${deleted}`);
      expect(['x.jpg', 'y.jpg', 'said.jpg'].filter(there)).toEqual(['x.jpg', 'y.jpg', 'said.jpg']);
    },
  );

  test('keeps a file that it shares with a discussion', async () => {
    await forget('tbl_job');
    const done = await shop.run('unlink-discuss');
    expect(done).toMatchObject({ counts: { done: 1 } });
    expect(heldBy(done)['said.jpg']).toContain(`no longer knows order ${deleted}`);
    expect([there('said.jpg'), there('chat.jpg')]).toEqual([true, false]);
  });
});
