import { unixTime, VIETNAM } from '../support/clock.js';
import type { Database } from '../support/database.js';

/** A shop in which every order is like the others: `jobs` of five files each, and perhaps discussions. */
export interface ShopShape {
  readonly orders: number;
  readonly jobs: number;
  /** Whether each order has a discussion with files: two, or three in an order with an odd number. */
  readonly discusses?: boolean;
}

export const ZONE = VIETNAM;
const FIRST_ORDER = '2020-01-01 00:00:00';
const SECONDS_APART = 61;
const USERS = 1000;
const FILES_A_JOB = ['main.jpg', 'ref_a.jpg', 'ref_b.jpg', 'done_1.jpg', 'done_2.jpg'];

/** Writes the shop into its tables by a few statements, which takes a second for 100,000 files. */
export async function fillShop(database: Database, { orders, jobs, discusses }: ShopShape): Promise<void> {
  const number = (from: string, count: number) => `FROM (SELECT seq AS n ${from}seq_1_to_${count}) numbers`;
  const fill = (table: string, columns: string, values: string, count: number) =>
    database.run(`INSERT INTO ${table} (${columns}) SELECT ${values} ${number('FROM ', count)}`);
  await fill('tbl_user', 'id_user, username', "n, CONCAT('user', n)", USERS);
  const made = `'${FIRST_ORDER}' + INTERVAL n * ${SECONDS_APART} SECOND`;
  await fill(
    'tbl_order',
    'id_order, id_user, title, status, create_time, done_qc_time',
    `n, 1 + n % ${USERS}, CONCAT('Order ', n), 9, ${made}, ${made} + INTERVAL 1 DAY`,
    orders,
  );
  const list = (a: string, b: string) => `CONCAT('{"0":"', n, '-${a}","x7":"', n, '-${b}"}')`;
  await fill(
    'tbl_job',
    'id_job, id_order, image, attach, file_complete',
    `n, 1 + (n - 1) DIV ${jobs}, CONCAT(n, '-main.jpg'), ${list('ref_a.jpg', 'ref_b.jpg')}, ${list('done_1.jpg', 'done_2.jpg')}`,
    orders * jobs,
  );
  if (discusses !== true) return;
  const files = `CONCAT('["', n, '-chat_0.jpg","', n, '-chat_1.jpg"', IF(n % 2 = 1, CONCAT(',"', n, '-chat_2.jpg"'), ''), ']')`;
  await fill('tbl_order_discuss', 'id_discuss, id_order, file', `n, n, ${files}`, orders);
}

/** The folder of the order with this number. */
export function folderOf(order: number): string {
  return `${unixTime(FIRST_ORDER, ZONE) + order * SECONDS_APART}@user${1 + (order % USERS)}`;
}

/** The names of an order's files in the shop's tables. */
export function namesOf(order: number, { jobs, discusses }: ShopShape): string[] {
  const first = (order - 1) * jobs + 1;
  const names = Array.from({ length: jobs }, (_, job) => FILES_A_JOB.map((name) => `${first + job}-${name}`));
  const chats = discusses === true ? 2 + (order % 2) : 0;
  return [...names.flat(), ...Array.from({ length: chats }, (_, chat) => `${order}-chat_${chat}.jpg`)];
}
