import type { Kysely } from 'kysely';
import type { OrderPlan } from './shop.js';
import type { ShopTables } from './shop-tables.js';

/** An order with what the shop's tables say of it. Times are text in the shop's zone. */
export interface OrderRow {
  readonly id: number;
  readonly plan: OrderPlan;
  readonly createTime: string;
  readonly status: number;
  readonly doneTime: string | null;
}

/** Writes orders, with their users, jobs, corrections and chats, into the shop's tables. */
export async function insertOrders(shop: Kysely<ShopTables>, orders: readonly OrderRow[]): Promise<void> {
  const users = [...new Set(orders.map(({ plan }) => plan.user))];
  const userRows = users.map((username, at) => ({ id_user: at + 1, username }));
  await shop.insertInto('tbl_user').values(userRows).execute();
  for (const order of orders) await insertOrder(shop, order, users.indexOf(order.plan.user) + 1);
}

async function insertOrder(shop: Kysely<ShopTables>, order: OrderRow, idUser: number): Promise<void> {
  const { id, plan, createTime, status, doneTime } = order;
  await shop
    .insertInto('tbl_order')
    .values({ id_order: id, id_user: idUser, create_time: createTime, status, done_qc_time: doneTime })
    .execute();
  for (const [at, job] of plan.jobs.entries()) {
    const idJob = id * 10 + at;
    const attach = job.cutOff === undefined ? listText(job.attach) : cutOffText(job.cutOff);
    await shop
      .insertInto('tbl_job')
      .values({
        id_job: idJob,
        id_order: id,
        image: job.image,
        attach,
        file_complete: listText(job.complete),
      })
      .execute();
    if (job.rework === undefined) continue;
    const lists = { attach: listText(job.rework.attach), file_complete: listText(job.rework.complete) };
    await shop
      .insertInto('tbl_job_rework')
      .values({ id_job_rework: idJob, id_order: id, id_job: idJob, ...lists })
      .execute();
  }
  if (plan.chat === undefined) return;
  const chat = { id_discuss: id, id_order: id, message: 'Please look at this.', file: listText(plan.chat) };
  await shop.insertInto('tbl_order_discuss').values(chat).execute();
}

/** `{"0":"a.jpg","x7":"b.jpg"}`, as the application writes a list. */
function listText(names: readonly string[] | undefined): string | null {
  if (names === undefined) return null;
  return JSON.stringify(Object.fromEntries(names.map((name, at) => [at === 0 ? '0' : `x${at * 7}`, name])));
}

/** A list that was longer than its column when it was saved. */
function cutOffText(names: readonly string[]): string {
  return JSON.stringify(names).slice(0, -6);
}
