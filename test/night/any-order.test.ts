import { afterAll, beforeAll, expect, test } from 'vitest';
import { judgeDisks } from '../support/oracle.js';
import { judgeRecords } from '../support/record-oracle.js';
import { snapshot } from '../support/snapshot.js';
import { createWorld } from '../support/worlds.js';
import { migrate, TASKS, type Task } from './play.js';
import { Walks } from './walks.js';

/** Every process has its own limit; this one is for the most thorough way to run the walks. */
const LIMIT_MS = 3_600_000;
let walks: Walks;

beforeAll(async () => {
  const world = await createWorld('sqlite', { pictures: 'small' });
  await world.addOrders([
    {
      jobs: [{ image: 'a.jpg', complete: ['done.png'] }],
      discusses: [['done.png', 'chat.jpg']],
      trash: ['old.jpg'],
    },
    { jobs: [{ image: 'b.jpg', reworks: [{ attach: ['turn.webp'] }] }], discusses: [['note.txt']] },
  ]);
  const before = await snapshot(world.root);
  await migrate(world);
  walks = await Walks.from(world, before);
}, LIMIT_MS);
afterAll(() => walks.remove());

function ordersOf(tasks: readonly Task[]): Task[][] {
  if (tasks.length === 0) return [[]];
  return tasks.flatMap((first) =>
    ordersOf(tasks.filter((task) => task !== first)).map((rest) => [first, ...rest]),
  );
}

test(
  'the order of the clock brings the world to its good end',
  async () => {
    const { evidence } = await walks.walk(TASKS);
    expect(await judgeDisks(evidence, {})).toEqual([]);
    expect(judgeRecords(evidence, {})).toEqual([]);
  },
  LIMIT_MS,
);

test(
  'all 120 orders of the tasks lose no file, and the next night brings each to the same end',
  async () => {
    const end = await walks.walk(TASKS);
    const orders = ordersOf(TASKS);
    expect(new Set(orders.map(String)).size).toBe(120);
    await Promise.all(
      orders.map(async (order) => {
        const place = await walks.walk([...order, ...TASKS]);
        expect({ order, ...place.state }).toEqual({ order, ...end.state });
      }),
    );
  },
  LIMIT_MS,
);
