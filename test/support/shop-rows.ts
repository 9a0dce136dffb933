import { localText, unixTime, type Zone } from './clock.js';
import { type Database, insertRows, type Value } from './database.js';
import { type JobPlan, type OrderPlan, toList } from './order-plan.js';
import type { Ground, PlantedOrder } from './planting.js';

const DAY_MS = 86_400_000;

/** What planned orders become in the shop's tables. */
export class ShopRows {
  private readonly users: Value[][] = [];
  private readonly orders: Value[][] = [];
  private readonly jobs: Value[][] = [];
  private readonly reworks: Value[][] = [];
  private readonly discusses: Value[][] = [];

  constructor(private readonly ground: Ground) {}

  addOrder(plan: OrderPlan): PlantedOrder {
    const { ids, users, zone } = this.ground;
    const id = ++ids.order;
    const user = plan.user ?? 'lan.nguyen';
    const { createTime, doneTime } = timesOf(plan, zone, id);
    const idUser = users.get(user) ?? this.addUser(user);
    this.orders.push([id, idUser, `Order ${id}`, createTime, plan.status ?? 9, doneTime]);
    for (const job of plan.jobs ?? []) this.addJob(id, job);
    for (const list of plan.discusses ?? []) {
      this.discusses.push([++ids.discuss, id, 'see the file', toList(list).text]);
    }
    return { id, folder: `${unixTime(createTime, zone)}@${user}`, plan };
  }

  private addUser(name: string): number {
    const id = ++this.ground.ids.user;
    this.ground.users.set(name, id);
    this.users.push([id, name]);
    return id;
  }

  private addJob(order: number, job: JobPlan): void {
    const { ids } = this.ground;
    const id = ++ids.job;
    this.jobs.push([id, order, job.image ?? null, toList(job.attach).text, toList(job.complete).text]);
    for (const rework of job.reworks ?? []) {
      const lists = [toList(rework.attach).text, toList(rework.complete).text];
      this.reworks.push([++ids.rework, order, id, ...lists]);
    }
  }

  async insert(database: Database): Promise<void> {
    const lists = ['attach', 'file_complete'];
    const order = ['id_order', 'id_user', 'title', 'create_time', 'status', 'done_qc_time'];
    const rework = ['id_job_rework', 'id_order', 'id_job', ...lists];
    await database.run('BEGIN');
    await insertRows(database, 'tbl_user', ['id_user', 'username'], this.users);
    await insertRows(database, 'tbl_order', order, this.orders);
    await insertRows(database, 'tbl_job', ['id_job', 'id_order', 'image', ...lists], this.jobs);
    await insertRows(database, 'tbl_job_rework', rework, this.reworks);
    await insertRows(
      database,
      'tbl_order_discuss',
      ['id_discuss', 'id_order', 'message', 'file'],
      this.discusses,
    );
    await database.run('COMMIT');
  }
}

function timesOf(plan: OrderPlan, zone: Zone, id: number): { createTime: string; doneTime: string | null } {
  // A different second for every order: two orders share a folder only where a test says so.
  const createTime = plan.createTime ?? localText(Date.now() - 160 * DAY_MS - id * 61_000, zone);
  const doneTime = plan.doneTime === undefined ? localText(Date.now() - 150 * DAY_MS, zone) : plan.doneTime;
  return { createTime, doneTime };
}
