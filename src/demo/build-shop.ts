import { createHash } from 'node:crypto';
import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Kysely } from 'kysely';
import pLimit from 'p-limit';
import { sqliteDialect } from '../db/sqlite.js';
import { folderOf } from '../domain/folder-name.js';
import { localText } from '../domain/local-time.js';
import { THUMBS } from './count.js';
import { type Camera, openCamera } from './photos.js';
import { type Place, ZONE } from './place.js';
import { ORDERS } from './shop.js';
import { type FilePlan, type FileRole, filesOf } from './shop-files.js';
import { insertOrders, type OrderRow } from './shop-rows.js';
import { createShopTables, type ShopTables } from './shop-tables.js';

/** A file as it was before the night. `path` is below the orders' root; size in bytes, SHA-256 in hex. */
export interface Original {
  readonly order: ShopOrder;
  readonly path: string;
  readonly role: FileRole;
  readonly size: number;
  readonly sha256: string;
}

/** An order with its folder below the orders' root. */
export interface ShopOrder extends OrderRow {
  readonly folder: string;
  /** When it was made, ms since 1970. */
  readonly madeMs: number;
}

/** The shop that was built. */
export interface Shop {
  readonly orders: readonly ShopOrder[];
  readonly originals: readonly Original[];
}

const FIRST_ID = 1041;
const STATUS = { inWork: 3, reopened: 4, done: 9 } as const;
const DAY_MS = 86_400_000;
const DONE_DAYS_AGO = 150;
const YOUNG_DAYS_AGO = 20;
const DAYS_OF_WORK = 10;
const PHOTOS_AT_ONCE = 4;
const FOLDERS = { template: '{create_unix}@{create_by}', zone: ZONE, thumbs: THUMBS };

/**
 * Builds the shop in its place: tables, order folders, real photos. Gives up between two files when `stop` is aborted.
 * `now` in ms since 1970.
 */
export async function buildShop(place: Place, now: number, stop: AbortSignal): Promise<Shop> {
  const orders = ORDERS.map((plan, at) => orderOf(plan, at, now));
  await askShop(place, async (shop) => {
    await createShopTables(shop);
    await insertOrders(shop, orders);
  });
  const camera = await openCamera();
  const limit = pLimit(PHOTOS_AT_ONCE);
  const writing = orders.flatMap((order, at) =>
    filesOf(order.plan, at).map((file) =>
      limit(() => {
        stop.throwIfAborted();
        return writeOriginal(place.root, { order, file, now }, camera);
      }),
    ),
  );
  try {
    return { orders, originals: await Promise.all(writing) };
  } finally {
    // A file that is still being written would come back after the folder is removed.
    await Promise.allSettled(writing);
  }
}

/** The staff take back the finish of an order. Answers its new status. */
export async function reopenOrder(place: Place, id: number): Promise<number> {
  await askShop(place, (shop) =>
    shop.updateTable('tbl_order').set({ status: STATUS.reopened }).where('id_order', '=', id).execute(),
  );
  return STATUS.reopened;
}

async function askShop(
  place: Place,
  question: (shop: Kysely<ShopTables>) => Promise<unknown>,
): Promise<void> {
  const shop = new Kysely<ShopTables>({ dialect: await sqliteDialect(place.database) });
  await question(shop).finally(() => shop.destroy());
}

function orderOf(plan: OrderRow['plan'], at: number, now: number): ShopOrder {
  const id = FIRST_ID + at;
  const age = plan.state === 'young' ? YOUNG_DAYS_AGO : DONE_DAYS_AGO - at;
  const done = plan.state === 'unfinished' ? null : localText(now - age * DAY_MS, ZONE);
  const madeMs = now - (age + DAYS_OF_WORK) * DAY_MS;
  const createTime = localText(madeMs, ZONE);
  const status = done === null ? STATUS.inWork : STATUS.done;
  const row = { id, createTime, createBy: plan.user, status: String(status), doneTime: done, folder: null };
  const folder = folderOf(row, FOLDERS);
  if (folder === null) throw new TypeError(`order ${id} has no folder`);
  return { id, plan, createTime, status, doneTime: done, folder, madeMs };
}

/** A file to write, and the moment (ms since 1970) at which a fresh one is written. */
interface Wanted {
  readonly order: ShopOrder;
  readonly file: FilePlan;
  readonly now: number;
}

async function writeOriginal(root: string, { order, file, now }: Wanted, camera: Camera): Promise<Original> {
  const { name, role, room } = file;
  const path = `${order.folder}/${name}`;
  const bytes = name.endsWith('.pdf') ? pdf(name) : await camera(room, role === 'complete');
  const target = join(root, path);
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, bytes);
  const written = new Date(role === 'fresh' ? now : order.madeMs);
  await utimes(target, written, written);
  return { order, path, role, size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/** A document of one empty page. */
function pdf(title: string): Buffer {
  return Buffer.from(`%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj
trailer<</Root 1 0 R>>
% ${title}
%%EOF
`);
}
