import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase } from '../../src/db/open.js';
import { type ReadLists, readLists, readRawLists } from '../../src/db/shop-lists.js';
import { ENGINES } from '../support/database.js';
import type { PlantedOrder } from '../support/planting.js';
import { at, openShop, type Shop } from './shop.js';

const LONGEST = `${'n'.repeat(251)}.jpg`;
const NFC = 'é.jpg'.normalize('NFC');
const NFD = 'é.jpg'.normalize('NFD');

/** A list as the shop wrote it, and the names that must come of it. */
const READABLE: readonly (readonly [text: string | null, names: readonly string[]])[] = [
  ['{"0":"a.jpg","x7":"b c.jpg"}', ['a.jpg', 'b c.jpg']],
  ['["a.jpg","b.jpg"]', ['a.jpg', 'b.jpg']],
  [' \n["a.jpg"]\n', ['a.jpg']],
  ['{}', []],
  ['[]', []],
  ['', []],
  ['   ', []],
  [null, []],
  ['["","a.jpg"]', ['a.jpg']],
  ['{"a.b":"x.jpg"," ":"y.jpg","":"z.jpg","$":"q.jpg"}', ['q.jpg', 'x.jpg', 'y.jpg', 'z.jpg']],
  // What PHP writes for everything that is not ASCII, and for a slash.
  ['["Tr\\u1ea7n \\ud83d\\ude00.jpg"]', ['Trần 😀.jpg']],
  ['["sub\\/a.jpg"]', ['sub/a.jpg']],
  ['["Trần 😀.jpg"]', ['Trần 😀.jpg']],
  [
    '["x\\"y\'z`.jpg","back\\\\slash.jpg","50% #1.png","?a=b&c.png"]',
    ['x"y\'z`.jpg', 'back\\slash.jpg', '50% #1.png', '?a=b&c.png'],
  ],
  ['["a\\nb.jpg"]', ['a\nb.jpg']],
  ['["a.jpg","a.jpg"]', ['a.jpg']],
  ['["a.jpg","a.jpg "," a.jpg"," "]', [' ', ' a.jpg', 'a.jpg', 'a.jpg ']],
  ['["a.jpg","A.JPG","à.jpg"]', ['A.JPG', 'a.jpg', 'à.jpg']],
  [JSON.stringify([NFC, NFD]), [NFC, NFD]],
  [JSON.stringify([LONGEST, `n${LONGEST}`, '😀'.repeat(200)]), [LONGEST, '😀'.repeat(200)]],
];

/** Lists that cannot be read, with the names that can still be told from them; they count as names of files. */
const UNREADABLE: readonly (readonly [text: string, names: readonly string[]])[] = [
  ['{"0":"a.jpg"', []],
  ['["a.jpg', []],
  ['["a.jpg"] x', []],
  ['["a.jpg",]', []],
  ["['a.jpg']", []],
  ['{0:"a.jpg"}', []],
  ['a.jpg', []],
  ['a:1:{i:0;s:5:"a.jpg";}', []],
  ['"a.jpg"', []],
  ['5', []],
  ['null', []],
  ['true', []],
  ['[5]', []],
  ['[["a.jpg"]]', []],
  ['{"0":{"name":"a.jpg"}}', []],
  ['["a.jpg",5]', ['a.jpg']],
  ['["a.jpg",null]', ['a.jpg']],
  ['{"0":"a.jpg","1":[]}', ['a.jpg']],
  // A bare line break belongs into no string; where one begins a key, MariaDB says that all is well, and finds nothing.
  ['{"0":"a.jpg","\n1":"b.jpg"}', []],
  [`${'['.repeat(60)}"a.jpg"${']'.repeat(60)}`, []],
];

const PLACES = ['attach', 'complete', 'rework attach', 'rework complete', 'discuss'] as const;

/** The list in one of the five columns that hold one, so that none of them is read otherwise. */
function planOf(text: string | null, index: number) {
  const list = { text, names: [] };
  const place = at(PLACES, index % PLACES.length);
  const missing = 'all' as const;
  if (place === 'discuss') return { missing, discusses: [list] };
  if (place === 'attach' || place === 'complete') return { missing, jobs: [{ [place]: list }] };
  const rework = place === 'rework attach' ? { attach: list } : { complete: list };
  return { missing, jobs: [{ reworks: [rework] }] };
}

const TYPE_OF = { attach: 2, complete: 3, 'rework attach': 4, 'rework complete': 3, discuss: 5 };
/** Every list five times, once in each column. */
const LISTS = [...READABLE, ...UNREADABLE].flatMap((list) => PLACES.map(() => list));

describe.for(ENGINES)('lists on %s', (engine) => {
  let shop: Shop;
  let orders: PlantedOrder[];

  beforeAll(async () => {
    const opened = await openShop(
      engine,
      LISTS.map(([text], index) => planOf(text, index)),
    );
    ({ shop, orders } = opened);
    const planned = await shop.run('insert', { dryRun: true });
    const summary = await shop.run('insert');
    expect(summary).toMatchObject({ exit: 0, counts: { planned: planned.counts.planned, failed: 0 } });
    expect(summary.counts.done).toBe(planned.counts.planned);
  });
  afterAll(() => shop.close());

  test('every name is recorded once, byte for byte, under its type', async () => {
    const rows = await shop.rows();
    const found = orders.map(({ id }, index) => {
      const own = rows.filter((row) => row.order === id);
      return [
        at(LISTS, index)[0],
        own.map((row) => row.name).sort(),
        [...new Set(own.map((row) => row.type))],
      ];
    });
    const expected = LISTS.map(([text, names], index) => {
      const type = TYPE_OF[at(PLACES, index % PLACES.length)];
      return [text, [...names].sort(), names.length > 0 ? [type] : []];
    });
    expect(found).toEqual(expected);
  });

  test('a row whose list cannot be read is named, with its table, column and id', async () => {
    const named = await shop.world.ask((database) =>
      database.all('SELECT id_order, origin, origin_id FROM orderbak_unreadable ORDER BY id_order'),
    );
    const broken = new Set(UNREADABLE.map(([text]) => text));
    const expected = LISTS.flatMap(([text], index) =>
      text !== null && broken.has(text) ? [at(orders, index).id] : [],
    );
    expect(named.map((row) => Number(row.id_order))).toEqual(expected);
    expect([...new Set(named.map((row) => row.origin))].sort()).toEqual([
      'tbl_job.attach',
      'tbl_job.file_complete',
      'tbl_job_rework.attach',
      'tbl_job_rework.file_complete',
      'tbl_order_discuss.file',
    ]);
    const [last] = await shop.world.ask((database) =>
      database.all('SELECT MAX(id_discuss) AS id FROM tbl_order_discuss'),
    );
    expect(named.at(-1)?.origin_id).toBe(last?.id);
  });

  test.runIf(engine === 'mariadb')('opened here, lists say what the views say', async () => {
    const database = await openDatabase(shop.world.databaseUrl);
    const read = async (readers: ReadLists) => {
      const ids = orders.map(({ id }) => id);
      const lists = await (await readers(database, ids))(ids);
      return orders.map(({ id }, index) => {
        const { named = [], counts, unreadable } = lists.get(id) ?? {};
        return [at(LISTS, index)[0], named.map((file) => file.filename).sort(), counts, unreadable];
      });
    };
    expect(await read(readRawLists)).toEqual(await read(readLists));
    await database.close();
  });

  test('a name that is too long to be told is no file, and its order is not touched', async () => {
    const text = JSON.stringify([`${'x'.repeat(2000)}/a.jpg`]);
    const order = await shop.world.addOrder(planOf(text, 0));
    const ask = (sql: string) =>
      shop.world.ask((database) => database.all(`${sql} WHERE id_order = ?`, [order.id]));
    const unreadable = await ask('SELECT origin FROM orderbak_unreadable');
    const [file] = await ask('SELECT filename FROM orderbak_order_file');
    // Either the whole name is known, with its last part, or the order is left alone.
    expect(unreadable.length === 1 || String(file?.filename).endsWith('x/a.jpg')).toBe(true);
    expect((await shop.run('insert')).counts).toMatchObject({ planned: 0, done: 0 });
  });

  test('a second run finds nothing more', async () => {
    const before = await shop.rows();
    expect((await shop.run('insert')).counts).toEqual({
      planned: 0,
      done: 0,
      skipped: 0,
      held: 0,
      failed: 0,
    });
    expect(await shop.rows()).toEqual(before);
  });

  test.each([
    ['["\\ud83d.txt"]', true],
    ['{"0":"a.txt","x":"b\\ude00"}', true],
    ['["\\ud83d\\ude00.txt","\\ufffd.txt","a*[b]?.txt"]', false],
  ])('half a character in a name makes its list one that cannot be read: %s', async (text, isBroken) => {
    const more = await shop.world.addOrders(PLACES.map((_, index) => planOf(text, index)));
    const rows = await shop.world.ask((database) =>
      database.all('SELECT id_order FROM orderbak_unreadable ORDER BY id_order'),
    );
    const known = new Set(more.map(({ id }) => id));
    const found = rows.map((row) => Number(row.id_order)).filter((id) => known.has(id));
    expect(found).toEqual(isBroken ? more.map(({ id }) => id) : []);
  });
});
