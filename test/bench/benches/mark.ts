import { writeFileSync } from 'node:fs';
import path from 'node:path';
import pLimit from 'p-limit';
import { type Bench, OURS, type Size } from '../bench.js';
import { filesOf, readSums, writeFiles } from '../files.js';
import { measure, measureWork, run } from '../measure.js';
import { aSecond } from '../requirement.js';
import { serveOrderbak } from '../servers.js';
import { Shop } from '../shop.js';
import { folderOf, namesOf } from '../shop-rows.js';

const ORDERS: Record<Size, number> = { small: 100, full: 1000 };
const JOBS = 4;
const BYTES = 4096;
const RECEIPTS_A_CALL = 500;
const CALLS_AT_ONCE = 4;
const BUNDLE = '/admin/backup/order_file_bundle';
const MARK = '/admin/backup/order_file_bak_date_time_update';
const UPDATES = 'one UPDATE a file';

/** What the office says when it holds files that the server has just sent, so that their hashes are known to it. */
export const mark: Bench = {
  name: 'mark',
  async prepare(place, size) {
    const shape = { orders: ORDERS[size], jobs: JOBS };
    const corpus = await place.corpus(`mark-${shape.orders}`, (folder) => {
      const orders = Array.from({ length: shape.orders }, (_, n) => n + 1);
      const paths = orders.flatMap((order) =>
        namesOf(order, shape).map((name) => `${folderOf(order)}/${name}`),
      );
      writeFiles(folder, paths, () => BYTES);
    });
    const shop = await Shop.create(place, shape, filesOf(corpus));
    await run(shop.orderbak('insert', '--quiet'));
    const sums = readSums(corpus);
    const receipts = (await shop.recorded()).map(({ id, path: file }) => ({
      id,
      size: BYTES,
      sha256: sums.get(file) ?? '',
    }));
    const server = await serveOrderbak(shop);
    const post = async (route: string, body: object): Promise<ArrayBuffer> => {
      const headers = { authorization: `Bearer ${shop.token}`, 'content-type': 'application/json' };
      const response = await fetch(server.url + route, {
        method: 'POST',
        headers,
        body: JSON.stringify(body),
      });
      const bytes = await response.arrayBuffer();
      if (!response.ok) throw new Error(`${route} answers ${response.status}: ${Buffer.from(bytes)}`);
      return bytes;
    };
    const batches = Array.from({ length: Math.ceil(receipts.length / RECEIPTS_A_CALL) }, (_, n) =>
      receipts.slice(n * RECEIPTS_A_CALL, (n + 1) * RECEIPTS_A_CALL),
    );
    for (const batch of batches) await post(BUNDLE, { ids: batch.map(({ id }) => id) });
    await shop.remember();
    const limit = pLimit(CALLS_AT_ONCE);
    const markAll = () => Promise.all(batches.map((files) => limit(() => post(MARK, { files }))));

    const updates = path.join(shop.folder, 'updates.sql');
    const statements = receipts.map(
      ({ id, size: bytes, sha256 }) =>
        `UPDATE tbl_bak_order SET bak_date_time = NOW(), file_size = ${bytes}, file_sha256 = '${sha256}' WHERE id = ${id};\n`,
    );
    // Together, as somebody does who has waited for 20,000 commits once.
    writeFileSync(updates, `START TRANSACTION;\n${statements.join('')}COMMIT;\n`);
    const check = async () => {
      const marked = await shop.count(
        'tbl_bak_order',
        'bak_date_time IS NOT NULL AND LENGTH(file_sha256) = 64',
      );
      if (marked !== receipts.length) throw new Error(`${marked} rows of ${receipts.length} are marked`);
    };
    const before = () => shop.recall();
    return {
      races: [
        {
          work: `mark, ${receipts.length.toLocaleString('en-US')} receipts`,
          contestants: [
            {
              name: OURS,
              command: `POST ${MARK}, ${RECEIPTS_A_CALL} receipts a call, ${CALLS_AT_ONCE} calls at once; CPU is the server's`,
              promises: "compared with the server's bytes, durable",
              before,
              run: () =>
                measureWork([server.service, ...shop.services], async () => {
                  await markAll();
                  return { cpu: 0, memory: 0 };
                }),
              check,
            },
            {
              name: UPDATES,
              command: 'mariadb < updates.sql',
              promises: 'all or nothing, durable; compared with nothing',
              before,
              run: () => measure({ ...shop.mariadb(), stdin: updates }),
              check,
            },
          ],
          required: [aSecond(20_000, receipts.length)],
        },
      ],
      async close() {
        await server.stop();
        await shop.close();
      },
    };
  },
};
