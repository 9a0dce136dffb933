import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ENGINES } from '../support/database.js';
import type { Held } from '../support/fates.js';
import { judgeLoss } from '../support/loss-oracle.js';
import { type Evidence, gather, judgeDisks, ordersIn } from '../support/oracle.js';
import { judgeRecords } from '../support/record-oracle.js';
import { differences, snapshot, type Tree } from '../support/snapshot.js';
import { createWorld, type World } from '../support/worlds.js';
import { migrate, playSilently, TASKS } from './play.js';
import { FINISHED, UNTOUCHED } from './shop.js';

/** Nights are long, and other tests want the processors too; the limit is for nights that hang. */
const NIGHT_MS = 300_000;

describe.for(ENGINES)('a night on %s', (engine) => {
  let world: World;
  let before: Tree;
  let held: Held;
  let afterInsert: Evidence;
  let afterChats: Evidence;
  let firstNight: Evidence;
  let secondNight: Evidence;

  beforeAll(async () => {
    world = await createWorld(engine);
    await world.addOrders(Object.values(FINISHED));
    const untouched = await world.addOrders(Object.values(UNTOUCHED));
    held = { orders: new Set(untouched.map((order) => order.id)) };
    before = await snapshot(world.root);

    const [insert, chats, ...others] = TASKS;
    await migrate(world);
    await playSilently(world, [insert]);
    afterInsert = await gather(world, before);
    await world.setStatus(idOf('reopened'), 4);
    await playSilently(world, [chats]);
    afterChats = await gather(world, before);
    await playSilently(world, others);
    firstNight = await gather(world, before);
    // The first night's commands have processes of their own, as cron's.
    await playSilently(world, TASKS, { kept: true });
    secondNight = await gather(world, before);
  }, NIGHT_MS);
  afterAll(() => world.remove());

  function idOf(name: string): number {
    const order = world.orders.find(({ plan }) => plan === (UNTOUCHED[name] ?? FINISHED[name]));
    if (order === undefined) throw new Error(`there is no order ${name}`);
    return order.id;
  }

  function rowsOf(evidence: Evidence, name: string): number {
    return evidence.rows.filter((row) => row.order === idOf(name)).length;
  }

  test('insert records finished orders, and touches no file', () => {
    expect(rowsOf(afterInsert, 'plain')).toBe(9);
    expect(rowsOf(afterInsert, 'reopened')).toBe(3);
    expect(rowsOf(afterInsert, 'unfinished')).toBe(0);
    expect(rowsOf(afterInsert, 'young')).toBe(0);
    expect(afterInsert.rows.filter((row) => row.isBackedUp || row.isUnlinked)).toEqual([]);
    const touched = differences(before, afterInsert.server).filter(
      (line) => !line.startsWith('new: .orderbak-'),
    );
    expect(touched).toEqual([]);
  });

  test('a file that is also a result outlives the chat that names it until the office has it', () => {
    const file = [...world.files.values()].find(({ name }) => name === 'final.jpg');
    const other = [...world.files.values()].find(({ name }) => name === 'other.jpg');
    expect(afterChats.server.get(file?.path ?? '')).toEqual(before.get(file?.path ?? ''));
    expect(afterChats.server.has(other?.path ?? '')).toBe(false);
    const rows = firstNight.rows.filter(({ name }) => name === 'final.jpg');
    expect(rows.map(({ type, isUnlinked }) => [type, isUnlinked]).sort()).toEqual([
      [3, true],
      [5, true],
    ]);
  });

  test('everything is where it belongs: store, thumbs, quarantine, and the rest untouched', async () => {
    expect(await judgeDisks(firstNight, held)).toEqual([]);
    expect(await judgeLoss(firstNight)).toEqual([]);
  });

  test('the records say what happened', () => {
    expect(judgeRecords(firstNight, held)).toEqual([]);
  });

  test('the second night changes nothing', () => {
    expect(differences(firstNight.server, secondNight.server)).toEqual([]);
    expect(differences(ordersIn(firstNight.store), ordersIn(secondNight.store))).toEqual([]);
    expect(secondNight.rows).toEqual(firstNight.rows);
  });
});
