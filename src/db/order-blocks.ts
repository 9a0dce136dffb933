import { type RawBuilder, sql } from 'kysely';
import pLimit from 'p-limit';
import type { Clock } from '../domain/clock.js';
import { once } from '../domain/once.js';
import { IDS_A_BLOCK, type OrderBlock, rangesOf, wholeBlocks } from '../domain/order-blocks.js';
import { piecesOf } from '../domain/pieces.js';
import type { Retention } from '../domain/retention.js';
import type { OrderBlocks, OrderFilter, OrderRange } from '../steps/ports/shop.js';
import { idOf } from './order-ids.js';
import { eligible } from './source.js';
import type { Database, RawId } from './tables.js';
import { hasListsView } from './views.js';

const BLOCKS_A_QUESTION = 50;
const QUESTIONS_AT_ONCE = 2;
/** What somebody changes by hand, and changes back between two looks, is found after so long all the same. */
const BELIEVED_MS = 30 * 24 * 60 * 60 * 1000;

/** The eligible orders whose ids lie in one block of ids; `ids` changes with each of them, and with where it lies. */
interface Block extends OrderBlock {
  readonly ids: string;
}

type Prints = ReadonlyMap<number, string>;

/**
 * Opens the memory of which orders were recorded, and of what their lists were then (`orderbak_seen`). It works where the
 * shop's views have `orderbak_order_list`; elsewhere, and for chosen orders, all orders are looked at each time.
 */
export function openOrderBlocks(database: Database, clock: Clock): OrderBlocks {
  const { engine, kysely } = database;
  const div = engine === 'mysql' ? sql`DIV` : sql`/`;
  const blockOf = sql`id_order ${div} ${sql.lit(IDS_A_BLOCK)}`;
  const isRemembering = once(() => hasListsView(database));

  /** EXPLAIN (MariaDB 10.11): o ALL, "Using where; Using temporary; Using filesort" of one row a block; u is eliminated. */
  const eligibleBlocks = async (
    retention: Retention,
    only: OrderFilter,
    within: RawBuilder<unknown>,
  ): Promise<Block[]> => {
    // Two sums of the same ids: others, as many, that have both are not to be met with. Where the view names a folder, it counts.
    const ids =
      engine === 'mysql'
        ? sql`CONCAT(SUM(id_order), ' ', SUM(CRC32(CONCAT_WS('/', id_order, folder))))`
        : sql`''`;
    const { rows } = await sql<
      Record<'block' | 'orders', number> & Record<'first' | 'last', RawId> & { ids: string }
    >`
      SELECT ${blockOf} AS block, MIN(id_order) AS first, MAX(id_order) AS last, COUNT(*) AS orders, ${ids} AS ids
      FROM orderbak_order WHERE ${eligible(engine, retention, only)} AND ${within}
      GROUP BY block ORDER BY block`.execute(kysely);
    return rows.map((row) => ({
      block: Number(row.block),
      from: idOf(row.first),
      to: idOf(row.last),
      orders: Number(row.orders),
      ids: row.ids,
    }));
  };

  /** EXPLAIN (MariaDB 10.11): <derived> ALL "Using temporary; Using filesort"; in the view j, r and d range id_order. */
  const listsIn = (range: OrderRange): Promise<Prints> =>
    readPrints(sql`
      SELECT ${blockOf} AS block, CONCAT(COUNT(*), ' ', SUM(fingerprint)) AS print
      FROM orderbak_order_list WHERE ${isIn(range)} GROUP BY block`);

  /**
   * EXPLAIN (MariaDB 10.11): <derived> ALL "Using temporary; Using filesort", of it range orderbak_file key_len 8 "Using index".
   * First by orders, in which order the index is read: to look for its block with each row takes longer.
   */
  const recordedIn = (range: OrderRange): Promise<Prints> =>
    readPrints(sql`
      SELECT block, CONCAT(SUM(files), ' ', SUM(names)) AS print
      FROM (
        SELECT ${blockOf} AS block, COUNT(*) AS files, SUM(CRC32(CONCAT_WS('/', id_order, file_type, filename))) AS names
        FROM tbl_bak_order WHERE ${isIn(range)} GROUP BY id_order
      ) recorded
      GROUP BY block`);

  const readPrints = async (query: RawBuilder<unknown>): Promise<Prints> => {
    const { rows } = await (query as RawBuilder<{ block: number; print: string }>).execute(kysely);
    return new Map(rows.map(({ block, print }) => [Number(block), print]));
  };

  /** What the blocks that were seen not long ago are now, and which of them have the same rows as then. */
  const readSeen = async (): Promise<{ seen: Prints; lists: Prints; same: ReadonlySet<number> }> => {
    const rows = await kysely
      .selectFrom('orderbak_seen')
      .selectAll()
      .where('seen_ms', '>', clock() - BELIEVED_MS)
      .orderBy('block')
      .execute();
    const lists = new Map<number, string>();
    const same = new Set<number>();
    const ask = async (some: readonly { block: number; recorded: string }[]) => {
      const [first = 0, last = 0] = [some.at(0), some.at(-1)].map((row) => Number(row?.block) * IDS_A_BLOCK);
      const range = wholeBlocks(first, last);
      const [named, recorded] = await Promise.all([listsIn(range), recordedIn(range)]);
      for (const [block, print] of named) lists.set(block, print);
      for (const row of some) {
        if ((recorded.get(Number(row.block)) ?? NOTHING) === row.recorded) same.add(Number(row.block));
      }
    };
    const limit = pLimit(QUESTIONS_AT_ONCE);
    await Promise.all(Array.from(piecesOf(rows, BLOCKS_A_QUESTION), (some) => limit(() => ask(some))));
    return { seen: new Map(rows.map((row) => [Number(row.block), row.named])), lists, same };
  };

  return {
    async *changed(retention, only) {
      const remembers = only === null && (await isRemembering());
      const [blocks, again] = await Promise.all([
        eligibleBlocks(retention, only, sql`1 = 1`),
        remembers ? readSeen() : null,
      ]);
      const isUnchanged = (block: Block) =>
        again?.same.has(block.block) === true && again.seen.get(block.block) === namedIn(block, again.lists);
      const unchanged = new Set(blocks.filter(isUnchanged).map(({ block }) => block));
      yield* rangesOf(blocks, (block) => unchanged.has(block));
    },

    async fingerprint(range, retention, only) {
      if (only !== null || !(await isRemembering())) return async () => {};
      const whole = wholeBlocks(range.from, range.to);
      // Just the orders of the range are recorded now: if there are others in its blocks, they are looked at next time.
      const [blocks, lists] = await Promise.all([
        eligibleBlocks(retention, only, isIn(range)),
        listsIn(whole),
      ]);
      return async () => {
        if (blocks.length === 0) return;
        const recorded = await recordedIn(whole);
        const rows = blocks.map(
          (block) => sql`(${block.block}, ${namedIn(block, lists)}, ${printIn(block, recorded)}, ${clock()})`,
        );
        await sql`REPLACE INTO orderbak_seen (block, named, recorded, seen_ms) VALUES ${sql.join(rows)}`.execute(
          kysely,
        );
      };
    },
  };
}

const NOTHING = '0';
const printIn = ({ block }: Block, prints: Prints) => prints.get(block) ?? NOTHING;
const namedIn = (block: Block, lists: Prints) => `${block.orders} ${block.ids} ${printIn(block, lists)}`;

const isIn = ({ from, to }: OrderRange) => sql`id_order BETWEEN ${from} AND ${to}`;
