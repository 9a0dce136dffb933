import { createReadStream } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { type Bench, type Contestant, OURS, type Size } from '../bench.js';
import { type Command, measure, run } from '../measure.js';
import { timesBest } from '../requirement.js';
import { Shop } from '../shop.js';
import { folderOf, namesOf } from '../shop-rows.js';

const ORDERS: Record<Size, number> = { small: 10_000, full: 200_000 };
const JOBS = 2;
const FILES_AN_ORDER = 10;
const JSON_OBJECT = 'mariadb JSON_OBJECT';
const TSV = 'mariadb TSV';

const FOLDER = `CONCAT(UNIX_TIMESTAMP(order_create_time), '@', order_create_by)`;
const TYPE = `ELT(file_type, 'main', 'ref', 'complete', 'rework')`;
const WAITING = `FROM tbl_bak_order WHERE bak_date_time IS NULL AND unlink_time IS NULL AND file_type < 5 ORDER BY id`;
const AS_JSON = `SELECT JSON_OBJECT('id', id, 'id_order', id_order, 'folder', ${FOLDER}, 'filename', filename, 'file_type', ${TYPE}, 'size', file_size) ${WAITING}`;
const AS_TSV = `SELECT id, id_order, ${FOLDER}, filename, ${TYPE}, file_size ${WAITING}`;

/** All rows that wait for the office, as text. No file of theirs is on the disk: a listing by SQL does not look for one. */
export const list: Bench = {
  name: 'list',
  async prepare(place, size) {
    const orders = ORDERS[size];
    const rows = orders * FILES_AN_ORDER;
    const shop = await Shop.create(place, { orders, jobs: JOBS });
    await run(shop.orderbak('insert', '--quiet'));
    const stdout = path.join(shop.folder, 'listed');

    const contestant = (name: string, command: Command, typed: string, promises: string): Contestant => ({
      name,
      command: typed,
      promises,
      run: () => measure({ ...command, stdout }),
      check: () => checkLines(stdout, rows),
    });
    const byClient = (name: string, sql: string) =>
      contestant(
        name,
        shop.mariadb('--quick', '-N', '-r', '-e', sql),
        `mariadb --quick -N -r -e "${sql}"`,
        'the rows as they were recorded',
      );

    return {
      races: [
        {
          work: `list, ${rows.toLocaleString('en-US')} rows`,
          contestants: [
            contestant(
              OURS,
              shop.orderbak('list', '--format', 'ndjson'),
              'orderbak list --format ndjson',
              "the shop's folder of today, and each file looked for on the disk",
            ),
            byClient(JSON_OBJECT, AS_JSON),
            byClient(TSV, AS_TSV),
          ],
          required: [timesBest(0.65, JSON_OBJECT, [JSON_OBJECT])],
        },
      ],
      close: () => shop.close(),
    };
  },
};

const LINES_A_LOOK = 1009;

/** Every line is counted; of one in a thousand the folder and the name are compared with what was planted. */
async function checkLines(file: string, rows: number): Promise<void> {
  let count = 0;
  for await (const line of createInterface({ input: createReadStream(file) })) {
    count += 1;
    if (count % LINES_A_LOOK !== 0) continue;
    const [, order] = line.match(/^\D*\d+\D+(\d+)/) ?? [];
    const number = Number(order);
    const names = namesOf(number, { orders: 0, jobs: JOBS });
    if (!line.includes(folderOf(number)) || !names.some((name) => line.includes(name))) {
      throw new Error(`line ${count} is not a row that waits: ${line}`);
    }
  }
  if (count !== rows) throw new Error(`${count} lines of ${rows}`);
}
