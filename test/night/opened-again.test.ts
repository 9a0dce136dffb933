import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { judgeChecksums } from '../support/checksums.js';
import { ENGINES } from '../support/database.js';
import { ordersIn } from '../support/oracle.js';
import { fileBytes } from '../support/pictures.js';
import type { PlantedOrder } from '../support/planting.js';
import { snapshot } from '../support/snapshot.js';
import { createWorld, type World } from '../support/worlds.js';
import { expectSilence, migrate, playSilently, playTask, TASKS } from './play.js';

const BY = { kept: true };
const BOTH_ARE_KEPT = expect.stringMatching(
  /^orderbak pull: 2 done, 0 failed, 0 held back\n +note \S+\/done\.jpg holds other bytes already; both are kept/,
);
const FILES = ['main.jpg', 'done.jpg', 'chat.jpg'];

describe.for(ENGINES)('an old order that the customer wants changed, on %s', (engine) => {
  let world: World;
  let order: PlantedOrder;
  let first: Buffer;
  let edited: Buffer;

  beforeAll(async () => {
    world = await createWorld(engine, { pictures: 'small' });
    order = await world.addOrder({
      jobs: [{ image: 'main.jpg', complete: ['done.jpg'] }],
      discusses: [['chat.jpg']],
    });
    await world.addOrder({ jobs: [{ image: 'of-another.jpg' }] });
    first = readFileSync(onServer('done.jpg'));
    edited = await fileBytes('done.jpg', 'small');
    await migrate(world, BY);
    await playSilently(world, TASKS, BY);
    expect(FILES.filter((name) => existsSync(onServer(name)))).toEqual([]);
    // That night was long ago.
    await world.ask((database) =>
      database.run("UPDATE tbl_bak_order SET unlink_time = '2015-01-02 00:00:00'"),
    );

    await world.setStatus(order.id, 4);
    await playSilently(world, ['insert'], BY);
    copyFileSync(inOffice('main.jpg'), onServer('main.jpg'));
    writeFileSync(onServer('done.jpg'), edited);
    await playSilently(world, ['insert', 'unlink-backed-up'], BY);
    expect(readFileSync(onServer('done.jpg'))).toEqual(edited);

    await world.setStatus(order.id, 9);
    for (const task of TASKS) {
      const finished = await playTask(world, task, BY);
      if (task === 'pull') expect(finished).toMatchObject({ code: 0, stderr: BOTH_ARE_KEPT });
      else expectSilence(finished, task);
    }
  });
  afterAll(() => world.remove());

  const onServer = (name: string) => path.join(world.root, order.folder, name);
  const inOffice = (name: string) => path.join(world.store, order.folder, name);

  test('leaves the server once more when it is finished once more, and its thumbs stay', () => {
    expect(FILES.filter((name) => existsSync(onServer(name)))).toEqual([]);
    expect(FILES.filter((name) => !existsSync(onServer(`thumb/${name}`)))).toEqual([]);
  });

  test('lies in the office as it was before and as it is now, what did not change but once', async () => {
    const kept = await snapshot(path.join(world.store, order.folder));
    const names = [...kept.keys()].filter((name) => name !== 'SHA256SUMS').sort();
    expect(names).toEqual(['done.jpg', expect.stringMatching(/^done~[0-9a-f]{8}\.jpg$/), 'main.jpg']);
    const both = names.slice(0, 2).map((name) => readFileSync(inOffice(name)));
    expect(both).toContainEqual(first);
    expect(both).toContainEqual(edited);
    expect(judgeChecksums(world.store, ordersIn(await snapshot(world.store)))).toEqual([]);
  });

  test('is left in peace by the next night', async () => {
    const [server, office] = [await snapshot(world.root), await snapshot(world.store)];
    await playSilently(world, TASKS, BY);
    expect([...(await snapshot(world.root)).keys()]).toEqual([...server.keys()]);
    expect([...(await snapshot(world.store)).keys()]).toEqual([...office.keys()]);
  });
});
