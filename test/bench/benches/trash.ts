import { closeSync, mkdirSync, openSync, readFileSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { absent, type Bench, type Contestant, OURS, type Size } from '../bench.js';
import { measure, run } from '../measure.js';
import { timesBest } from '../requirement.js';
import { Shop } from '../shop.js';
import { folderOf, namesOf, type ShopShape } from '../shop-rows.js';
import { tool } from '../tools.js';

const ORDERS: Record<Size, number> = { small: 400, full: 20_000 };
/** With five files a job and two or three of a discussion, 950,000 names for 20,000 orders; trash makes it 50 a folder. */
const JOBS = 9;
const FILES_A_FOLDER = 50;
const OLD = new Date('2024-01-01');
const FIND = 'find, dump, sort, comm';

const FROM_LISTS = `SELECT CONCAT(UNIX_TIMESTAMP(o.create_time), '@', o.create_by, '/', f.filename) FROM orderbak_order o JOIN orderbak_order_file f ON f.id_order = o.id_order`;
const FROM_RECORDS = `SELECT CONCAT(UNIX_TIMESTAMP(order_create_time), '@', order_create_by, '/', filename) FROM tbl_bak_order`;

/** Finds the files that the database does not know; nothing is removed. */
export const trash: Bench = {
  name: 'trash',
  async prepare(place, size) {
    const shape: ShopShape = { orders: ORDERS[size], jobs: JOBS, discusses: true };
    const root = await place.corpus(`trash-${shape.orders}`, (folder) => writeNames(folder, shape));
    const shop = await Shop.create(place, shape, root);
    await run(shop.orderbak('insert', '--quiet'));
    const files = shape.orders * FILES_A_FOLDER;
    const expected = files - (await shop.count('tbl_bak_order'));
    const found = path.join(shop.folder, 'found');

    const peer = (
      name: string,
      program: string | undefined,
      lister: string,
      sql: string,
      promises: string,
    ): Contestant =>
      program === undefined
        ? absent(name, `its program is missing`)
        : {
            name,
            command: `comm -23 <(${lister} | sort) <(mariadb --quick -N -r -e "${sql}" | sort)`,
            promises,
            run: () =>
              measure({
                // Both halves at once, as with <(…), but waited for, so that their work is counted.
                argv: [
                  'sh',
                  '-c',
                  `export LC_ALL=C; (cd "$1"; ${lister} | sort >"$2.there") & shift; here=$1; shift; "$@" | sort >"$here.known"; wait; comm -23 "$here.there" "$here.known" >"$here"`,
                  'sh',
                  root,
                  found,
                  ...shop.client,
                  ...['--quick', '-N', '-r', '-e', sql],
                ],
                services: shop.services,
              }),
            check: async () => checkNames(found, expected),
          };
    const find = `find . -mindepth 2 -maxdepth 2 -type f -printf '%P\\n'`;
    const fdfind = tool('fdfind', 'fd-find');
    const rclone = tool('rclone', 'rclone');
    const byLists = "the shop's lists of this moment";
    return {
      races: [
        {
          work: `trash plan, ${files.toLocaleString('en-US')} files`,
          contestants: [
            {
              name: OURS,
              command: 'orderbak unlink-trash --dry-run --json',
              promises: `${byLists} and the records; age, kind, names and doubts looked at`,
              run: () => measure({ ...shop.orderbak('unlink-trash', '--dry-run', '--json'), stdout: found }),
              check: async () => {
                const { counts } = JSON.parse(readFileSync(found, 'utf8')) as { counts: { planned: number } };
                if (counts.planned !== expected) throw new Error(`${counts.planned} files of ${expected}`);
              },
            },
            peer(FIND, 'find', find, FROM_LISTS, byLists),
            peer(`${FIND}, by the records`, 'find', find, FROM_RECORDS, 'the records of midnight'),
            peer(
              'fdfind, dump, sort, comm',
              fdfind,
              'fdfind -u -t f --min-depth 2 --strip-cwd-prefix',
              FROM_LISTS,
              byLists,
            ),
            peer(
              'rclone lsf, dump, sort, comm',
              rclone,
              `rclone lsf -R --files-only --config '' .`,
              FROM_LISTS,
              byLists,
            ),
          ],
          required: [timesBest(0.8, FIND, [FIND])],
        },
      ],
      close: () => shop.close(),
    };
  },
};

/** Empty files of every name that the shop knows, and so many of others that each folder has as many. */
function writeNames(root: string, shape: ShopShape): void {
  for (let order = 1; order <= shape.orders; order++) {
    const folder = path.join(root, folderOf(order));
    mkdirSync(folder);
    const names = namesOf(order, shape);
    for (const name of names) closeSync(openSync(path.join(folder, name), 'wx'));
    for (let n = names.length; n < FILES_A_FOLDER; n++) {
      const file = path.join(folder, `trash-${n}.tmp`);
      closeSync(openSync(file, 'wx'));
      utimesSync(file, OLD, OLD);
    }
  }
}

/** Nothing but trash is named, and all of it. Where the root's mark is listed too, that is no mistake of the peer's. */
function checkNames(file: string, expected: number): void {
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  const names = lines.filter((line) => line !== '.orderbak-root');
  const wrong = names.find((line) => !/\/trash-\d+\.tmp$/.test(line));
  if (wrong !== undefined) throw new Error(`"${wrong}" is known, and named as trash`);
  if (names.length !== expected) throw new Error(`${names.length} files of ${expected}`);
}
