import { link, mkdir, readdir, rename } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { at, openShop, type Shop } from '../steps/shop.js';
import { ENGINES } from '../support/database.js';
import { askOrderbak } from '../support/kept-orderbak.js';
import { start } from '../support/run.js';

const TRASH = ['begun.jpg', 'linked.jpg', 'moved.jpg', 'without-thumb.jpg'];
const PLAN = {
  jobs: [{ attach: ['a.txt', 'b.txt', 'c.txt', 'd.txt', 'e.txt'] }],
  trash: TRASH,
  thumbs: TRASH,
};

describe.for(ENGINES)('a restore that was killed, on %s', (engine) => {
  test('at each of its moments: no purge and no trash run takes the file, and the next restore finishes it', async () => {
    const { shop, orders, before } = await openShop(engine, [PLAN]);
    const { folder } = at(orders, 0);
    expect((await shop.run('unlink-trash')).counts.done).toBe(TRASH.length);
    await leaveBehind(shop, folder);

    expect(await shop.purge(0)).toMatchObject({ exit: 0, counts: { planned: 0, done: 0 } });
    expect((await shop.run('unlink-trash')).counts).toMatchObject({ planned: 0, done: 0, failed: 0 });
    expect(await shop.restore({})).toMatchObject({ exit: 0, counts: { planned: 0, failed: 0 } });

    const disk = await shop.disk();
    for (const name of TRASH) {
      for (const file of [`${folder}/${name}`, `${folder}/thumb/${name}`])
        expect(disk.get(file), file).toEqual(before.get(file));
    }
    expect([...disk.keys()].filter((name) => name.startsWith('.orderbak-trash/'))).toEqual([]);
    const open = await shop.world.ask((database) =>
      database.all('SELECT * FROM orderbak_restore WHERE done_ms IS NULL'),
    );
    expect(open).toEqual([]);
    await shop.close();
  });

  test('with SIGKILL in its middle, again and again: each file is in one place, and at last all are back', async () => {
    const trash = Array.from({ length: 60 }, (_, i) => `t${i}.tmp`);
    const { shop, orders, before } = await openShop(engine, [{ ...PLAN, trash, thumbs: [] }]);
    const folder = path.join(shop.world.root, at(orders, 0).folder);
    expect((await shop.run('unlink-trash', { maxDelete: { kind: 'count', count: 60 } })).counts.done).toBe(
      60,
    );
    const back = async () => (await readdir(folder)).filter((name) => name.endsWith('.tmp')).length;
    for (let round = 0; round < 3; round += 1) {
      const already = await back();
      const run = start(shop.world, ['quarantine', 'restore', '--run', '1']);
      while (run.child.exitCode === null && (await back()) === already) await sleep(2);
      run.child.kill('SIGKILL');
      await run.finished;
      expect((await shop.purge(0)).counts.failed).toBe(0);
    }
    expect((await askOrderbak(shop.world, ['quarantine', 'restore', '--run', '1'])).code).toBe(0);
    expect(await shop.changes(before)).toEqual([]);
    await shop.close();
  });
});

/** As if a process had been killed after it wrote the wish down, after the second name, after the first, and before the thumb. */
async function leaveBehind(shop: Shop, folder: string): Promise<void> {
  const root = (...names: string[]) => path.join(shop.world.root, ...names);
  const room = `.orderbak-trash/1/${folder}`;
  await mkdir(root(folder, 'thumb'), { recursive: true });
  await link(root(room, 'linked.jpg'), root(folder, 'linked.jpg'));
  for (const name of ['moved.jpg', 'thumb/moved.jpg', 'without-thumb.jpg'])
    await rename(root(room, name), root(folder, name));
  await shop.world.ask(async (database) => {
    for (const name of TRASH)
      await database.run(
        `INSERT INTO orderbak_restore (deletion_id, folder, filename, begun_ms)
         SELECT id, folder, filename, 1 FROM orderbak_deletion WHERE filename = ?`,
        [name],
      );
  });
}
