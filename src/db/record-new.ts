import { type RawBuilder, sql } from 'kysely';
import { parseLocalTime } from '../domain/local-time.js';
import { once } from '../domain/once.js';
import type { Retention } from '../domain/retention.js';
import { codeOf, OrderbakError } from '../errors.js';
import type { BakFiles } from '../steps/ports/records.js';
import type { OrderFilter, OrderRange } from '../steps/ports/shop.js';
import { asRecorded, bytesCollation, bytesOf, textOf } from './bytes.js';
import { idOf, withinRange } from './order-ids.js';
import { recordMoves } from './record-folders.js';
import { eligible } from './source.js';
import type { Database } from './tables.js';

/** Opens what records the files of orders in `tbl_bak_order`. */
export function openRecorder(database: Database): Pick<BakFiles, 'countNew' | 'insertNew'> {
  const { engine, kysely } = database;
  const length = engine === 'mysql' ? sql`CHAR_LENGTH(f.filename)` : sql`LENGTH(f.filename)`;
  const name = sql.raw(asRecorded(engine, 'f.filename'));
  const collation = once(() => bytesCollation(database));

  /** Whether a row `b` has the name of the file `f`, byte for byte. */
  const sameName = async (): Promise<RawBuilder<unknown>> => {
    // So that it is looked for in the index; an older script may have written it as bytes.
    if (engine === 'sqlite') return sql`b.filename COLLATE BINARY IN (${name}, ${bytesOf(engine, name)})`;
    // By the collation of the column, which compares bytes: what is CAST to bytes is looked for in no index.
    return sql`b.filename = ${name} COLLATE ${sql.raw(await collation())}`;
  };

  /**
   * Files of the range's eligible orders that no row records yet, perhaps twice. Where nothing is recorded, nothing is looked for.
   *
   * EXPLAIN (MariaDB 10.11): o range PRIMARY, u eq_ref PRIMARY, <derived> ref key0, b ref orderbak_file key_len 1031
   * "Using index; Not exists"; in the view j, r and d range id_order.
   */
  const newFiles = async (
    range: OrderRange,
    retention: Retention,
    only: OrderFilter,
    nothingRecorded: boolean,
  ): Promise<RawBuilder<unknown>> => {
    const known = sql`LEFT JOIN tbl_bak_order b
      ON b.id_order = f.id_order AND b.file_type = f.file_type AND ${await sameName()}`;
    return sql`FROM (
      SELECT id_order, create_time, create_by, folder FROM orderbak_order
      WHERE id_order BETWEEN ${range.from} AND ${range.to} AND ${eligible(engine, retention, only)}
    ) o
    JOIN orderbak_order_file f ON f.id_order = o.id_order
    ${nothingRecorded ? sql`` : known}
    WHERE ${withinRange(engine, sql`f.id_order`, range)} AND ${length} BETWEEN 1 AND 255
    ${nothingRecorded ? sql`` : sql`AND b.id IS NULL`}`;
  };

  /** The orders of a range whose `create_time` is text that names no time. */
  const timelessOrders = async (range: OrderRange): Promise<number[]> => {
    const rows = await kysely
      .selectFrom('orderbak_order')
      .select(['id_order', 'create_time'])
      .where(withinRange(engine, sql`id_order`, range))
      .execute();
    return rows
      .filter((row) => parseLocalTime(textOf(row.create_time)) === null)
      .map((row) => idOf(row.id_order));
  };

  /** EXPLAIN (MariaDB 10.11): range orderbak_file key_len 8 "Using index". */
  const countRecorded = async ({ from, to }: OrderRange): Promise<number> => {
    const { rows } = await sql<{ files: number }>`
      SELECT COUNT(*) AS files FROM tbl_bak_order WHERE id_order BETWEEN ${from} AND ${to}`.execute(kysely);
    return Number(rows[0]?.files ?? 0);
  };

  return {
    async countNew(range, retention, only) {
      const { rows } = await sql<{ files: number }>`
        SELECT COUNT(*) AS files FROM (
          SELECT DISTINCT f.id_order, f.file_type, ${bytesOf(engine, name)} AS filename
          ${await newFiles(range, retention, only, false)}
        ) new_file`.execute(kysely);
      return Number(rows[0]?.files ?? 0);
    },

    async insertNew(range, retention, only) {
      // Not the id, which MySQL refuses to have set where it counts it up itself.
      const conflict =
        engine === 'mysql'
          ? sql`ON DUPLICATE KEY UPDATE tbl_bak_order.id_order = tbl_bak_order.id_order`
          : sql`ON CONFLICT DO NOTHING`;
      const before = await countRecorded(range);
      if (before > 0) await recordMoves(database, range);
      const files = await newFiles(range, retention, only, before === 0);
      // In this order, so that the files of one folder follow one another by their ids, as they are listed and fetched.
      const record = (createTime: RawBuilder<unknown>) =>
        sql`
        INSERT INTO tbl_bak_order (id_order, order_create_time, order_create_by, order_folder, id_job, id_rework, id_discuss, filename, file_type)
        SELECT f.id_order, ${createTime}, o.create_by, ${sql.raw(asRecorded(engine, 'o.folder'))}, f.id_job, f.id_rework, f.id_discuss, ${name}, f.file_type
        ${files}
        ORDER BY f.id_order, f.file_type, f.filename
        ${conflict}`.execute(kysely);
      await record(sql`o.create_time`).catch(async (error: unknown) => {
        if (!isBadTime(error)) throw error;
        const timeless = await timelessOrders(range);
        if (timeless.length === 0) throw error;
        await record(sql`CASE WHEN o.id_order IN (${sql.join(timeless)}) THEN NULL ELSE o.create_time END`);
      });
      // MySQL counts a file that is named twice as two rows.
      return (await countRecorded(range)) - before;
    },
  };
}

/** Whether MySQL would not have a text as a time; then it takes none of the rows that came with it. */
function isBadTime(error: unknown): boolean {
  const code = error instanceof OrderbakError ? codeOf(error.cause) : '';
  return code === 'ER_TRUNCATED_WRONG_VALUE' || code === 'WARN_DATA_TRUNCATED';
}
