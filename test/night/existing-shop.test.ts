import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BakRow, readBakRows } from '../support/bak-rows.js';
import { ENGINES } from '../support/database.js';
import type { Held } from '../support/fates.js';
import { askOrderbak } from '../support/kept-orderbak.js';
import { judgeLoss } from '../support/loss-oracle.js';
import { createOldRecords } from '../support/old-records.js';
import { type Evidence, gather, judgeDisks } from '../support/oracle.js';
import { isReadable } from '../support/order-plan.js';
import type { PlantedOrder } from '../support/planting.js';
import { judgeRecords } from '../support/record-oracle.js';
import { differences, snapshot, type Tree } from '../support/snapshot.js';
import { judgeThumb } from '../support/thumb-oracle.js';
import { createWorld, type World } from '../support/worlds.js';
import { existingOrders, isOld, ORDERS } from './existing-shop.js';
import { expectSilence, migrate, playSilently, TASKS } from './play.js';

const NIGHT_MS = 300_000;
const OLD_MARK = '2025-02-03 03:00:00';

describe.for(ENGINES)(
  'a shop with years of orders on %s, and with the records of older scripts',
  (engine) => {
    let world: World;
    let before: Tree;
    let held: Held;
    let recorded: readonly PlantedOrder[];
    let oldRows: BakRow[];
    let adopted: BakRow[];
    let night: Evidence;

    beforeAll(async () => {
      world = await createWorld(engine, { pictures: 'small', charset: 'latin1' });
      const plans = existingOrders();
      const orders = await world.addOrders(plans);
      const movable = orders.filter((order, index) => isOld(index) && isReadable(order.plan));
      recorded = movable.filter((order) => order.id % 3 !== 0 && order.id < ORDERS);
      await world.ask((database) =>
        createOldRecords(database, {
          orders: recorded,
          mark: (order, type) => (isMarked(order) && type !== 5 ? OLD_MARK : null),
          isTwice,
        }),
      );
      oldRows = await world.ask(readBakRows);
      before = await snapshot(world.root);
      const isMovable = new Set(movable);
      held = {
        orders: new Set(orders.filter((order) => !isMovable.has(order)).map((order) => order.id)),
        paths: new Set(markedFiles()),
      };
      await migrate(world, { kept: true });
      adopted = await world.ask(readBakRows);
      await playSilently(world, TASKS, { kept: true });
      night = await gather(world, before);
    }, NIGHT_MS);
    afterAll(() => world.remove());

    function isMarked(order: PlantedOrder): boolean {
      return order.id % 2 === 0;
    }

    function isTwice(order: PlantedOrder): boolean {
      return order.id % 5 === 0;
    }

    /** Nobody knows which bytes the older scripts copied. */
    function markedFiles(): string[] {
      const marked = new Set(recorded.filter(isMarked).map((order) => order.id));
      const isSure = (kind: string): boolean => ['main', 'ref', 'complete', 'rework'].includes(kind);
      return [...world.files.values()]
        .filter((file) => file.uses.some((use) => marked.has(use.order) && isSure(use.kind)))
        .map((file) => file.path);
    }

    test('the world is one in which the questions below mean something', () => {
      expect(oldRows.length).toBeGreaterThan(1000);
      expect(oldRows.filter((row) => row.isBackedUp).length).toBeGreaterThan(300);
      expect(held.paths?.size).toBeGreaterThan(20);
      expect(
        [...world.files.values()].filter(({ path }) => held.paths?.has(path) !== true).length,
      ).toBeGreaterThan(100);
    });

    test('migrate keeps every row of the older scripts, and every mark', () => {
      const facts = ({ id, order, type, name, isBackedUp, raw }: BakRow): unknown => ({
        id,
        order,
        type,
        name,
        isBackedUp,
        mark: raw.bak_date_time,
        createTime: raw.order_create_time,
        createBy: raw.order_create_by,
      });
      expect(adopted.map(facts)).toEqual(oldRows.map(facts));
    });

    test('a night moves what may be moved, and files with nothing but an old mark stay', async () => {
      expect(await judgeDisks(night, held)).toEqual([]);
      expect(await judgeLoss(night)).toEqual([]);
      expect(judgeRecords(night, held, { times: (id) => (id % 5 === 0 ? 2 : 1) })).toEqual([]);
    });

    test('an old mark counts as soon as the operator gives his word for it', async () => {
      const file = [...world.files.values()].find(({ path, uses }) => {
        const [use] = uses;
        return held.paths?.has(path) === true && use?.kind === 'main' && use.order % 5 !== 0;
      });
      const row = night.rows.find(({ order, name }) => order === file?.uses[0]?.order && name === file.name);
      if (file === undefined || row === undefined) throw new Error('there is no such file');
      const word = await askOrderbak(world, ['mark-backed-up', String(row.id)]);
      expect({ code: word.code, stderr: word.stderr }).toEqual({ code: 0, stderr: '' });
      expectSilence(await askOrderbak(world, ['unlink-backed-up']), 'unlink-backed-up');
      expect(differences(night.server, await snapshot(world.root)).sort()).toEqual([
        `gone: ${file.path}`,
        ...(night.server.has(`${file.folder}/thumb`) ? [] : [`new: ${file.folder}/thumb`]),
        `new: ${file.folder}/thumb/${file.name}`,
      ]);
      expect(await judgeThumb(world.root, file)).toEqual([]);
    });
  },
);
