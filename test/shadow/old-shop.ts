import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { daysAgo } from '../support/clock.js';
import { type Database, type Engine, insertRows, type Value } from '../support/database.js';
import { type OrderPlan, unreadable } from '../support/order-plan.js';
import type { PlantedOrder } from '../support/planting.js';
import { createWorld, type World } from '../support/worlds.js';

/** What the old scripts did with a file. */
interface OldDeed {
  readonly order: keyof typeof PLANS | 'deleted';
  readonly name: string;
  readonly type: 1 | 2 | 3 | 4 | 5;
  readonly backedUp?: true;
  readonly unlinked?: true;
}

export const PLANS = {
  done: {
    jobs: [
      {
        image: 'copied.txt',
        attach: ['moved.txt', 'uncopied.txt', 'unknown.txt', 'vanished.txt', 'back.txt', 'waits.txt'],
        reworks: [{ attach: ['twice.txt'] }],
      },
    ],
    discusses: [['chat.txt', 'talk.txt', 'twice.txt', 'seen.jpg', 'bare.jpg']],
    missing: ['seen.jpg', 'bare.jpg'],
    trash: ['old.tmp'],
    youngTrash: ['new.tmp'],
  },
  agreed: { jobs: [{ image: 'a.txt', complete: ['b.txt'] }], discusses: [['c.txt']] },
  reopened: { jobs: [{ image: 'open.txt', attach: ['early.txt'] }], status: 3 },
  young: { jobs: [{ image: 'young.txt' }], doneTime: daysAgo(20) },
  broken: { jobs: [{ image: 'b.txt' }, { attach: unreadable(['x.txt']) }] },
  quiet: { jobs: [{ image: 'nobody.txt' }], status: 3 },
} satisfies Record<string, OrderPlan>;

const DEEDS: readonly OldDeed[] = [
  { order: 'done', name: 'copied.txt', type: 1, backedUp: true },
  { order: 'done', name: 'moved.txt', type: 2, backedUp: true, unlinked: true },
  { order: 'done', name: 'uncopied.txt', type: 2, unlinked: true },
  { order: 'done', name: 'back.txt', type: 2, backedUp: true, unlinked: true },
  { order: 'done', name: 'waits.txt', type: 2 },
  { order: 'done', name: 'chat.txt', type: 5 },
  { order: 'done', name: 'talk.txt', type: 5, unlinked: true },
  { order: 'done', name: 'twice.txt', type: 5, unlinked: true },
  { order: 'done', name: 'seen.jpg', type: 5, unlinked: true },
  { order: 'done', name: 'bare.jpg', type: 5, unlinked: true },
  { order: 'agreed', name: 'a.txt', type: 1, backedUp: true, unlinked: true },
  { order: 'agreed', name: 'b.txt', type: 3 },
  { order: 'agreed', name: 'c.txt', type: 5, unlinked: true },
  { order: 'reopened', name: 'open.txt', type: 1, backedUp: true, unlinked: true },
  { order: 'reopened', name: 'early.txt', type: 2 },
  { order: 'young', name: 'young.txt', type: 1 },
  { order: 'broken', name: 'b.txt', type: 1, backedUp: true, unlinked: true },
  { order: 'deleted', name: 'who.txt', type: 1, unlinked: true },
];
const STAYING = ['copied.txt', 'back.txt'];
export const MARKED = '2026-01-15 02:00:00';

/** The old scripts' table, which knows nothing of receipts; "not yet" is a zero time. */
const COLUMNS = {
  mariadb: `id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, id_order INT NOT NULL, order_create_time DATETIME NULL,
    order_create_by VARCHAR(100) NULL, id_job INT NULL, id_rework INT NULL, id_discuss INT NULL,
    filename VARCHAR(255) NOT NULL, file_type TINYINT NOT NULL, bak_date_time DATETIME NULL,
    unlink_time DATETIME NULL`,
  sqlite: `id INTEGER PRIMARY KEY AUTOINCREMENT, id_order INT NOT NULL, order_create_time DATETIME,
    order_create_by VARCHAR(100), id_job INT, id_rework INT, id_discuss INT, filename VARCHAR(255) NOT NULL,
    file_type TINYINT NOT NULL, bak_date_time DATETIME, unlink_time DATETIME`,
};
export const NEVER = '0000-00-00 00:00:00';

export interface OldShop {
  readonly world: World;
  readonly orders: Readonly<Record<keyof typeof PLANS, PlantedOrder>>;
}

/** A shop whose old scripts have recorded, copied and removed files for years, not always rightly. */
export async function openOldShop(engine: Engine): Promise<OldShop> {
  const world = await createWorld(engine);
  const planted = await world.addOrders(Object.values(PLANS));
  const orders = Object.fromEntries(
    Object.keys(PLANS).map((name, i) => [name, planted[i]]),
  ) as OldShop['orders'];
  await world.ask((database) => recordDeeds(database, orders));
  const gone = DEEDS.filter(({ unlinked, name }) => unlinked && !STAYING.includes(name));
  for (const { order, name } of gone)
    if (order !== 'deleted') await rm(path.join(world.root, orders[order].folder, name), { force: true });
  await rm(path.join(world.root, orders.done.folder, 'vanished.txt'));
  const thumbs = path.join(world.root, orders.done.folder, 'thumb');
  await mkdir(thumbs);
  await writeFile(path.join(thumbs, 'seen.jpg'), 'a small picture');
  return { world, orders };
}

async function recordDeeds(database: Database, orders: OldShop['orders']): Promise<void> {
  if (database.engine === 'mariadb') await database.run("SET SESSION sql_mode = ''");
  await database.run(`CREATE TABLE tbl_bak_order (${COLUMNS[database.engine]})`);
  const rows = DEEDS.map(({ order, name, type, backedUp, unlinked }, i): Value[] => {
    const never = i % 2 === 0 ? NEVER : null;
    const id = order === 'deleted' ? 99_999 : orders[order].id;
    return [id, name, type, backedUp ? MARKED : never, unlinked ? MARKED : never];
  });
  const columns = ['id_order', 'filename', 'file_type', 'bak_date_time', 'unlink_time'];
  await insertRows(database, 'tbl_bak_order', columns, rows);
}
