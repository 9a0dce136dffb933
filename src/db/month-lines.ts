import { type RawBuilder, sql } from 'kysely';
import { FILE_TYPES, type FileType, fileTypeOf } from '../domain/file-type.js';
import { isMonth, type MonthLine } from '../domain/ledger.js';
import { HELD } from './run-rows.js';
import type { Database } from './tables.js';

/** Orders by the month of their creation, the earliest first. `month` is one such as `2026-10`; null = all. Reads whole tables. */
export async function readMonthLines(
  { engine, kysely }: Database,
  month: string | null,
): Promise<MonthLine[]> {
  const monthOf = sql`SUBSTR(b.order_create_time, 1, 7)`;
  const wanted = month === null ? sql`` : sql`AND ${monthOf} = ${month}`;
  // SQLite, and an old table, may hold any text as a time.
  const ask = async <Row extends { month: string | null }>(query: RawBuilder<Row>): Promise<Row[]> =>
    (await query.execute(kysely)).rows.map((row) =>
      row.month === null || isMonth(row.month) ? row : { ...row, month: null },
    );

  const orders = await ask(sql<{ month: string | null; orders: number }>`
    SELECT ${monthOf} AS month, COUNT(DISTINCT b.id_order) AS orders
    FROM tbl_bak_order b WHERE b.filename IS NOT NULL ${wanted} GROUP BY ${monthOf}`);
  const files = await ask(sql<FileRow>`
    SELECT ${monthOf} AS month, b.file_type, COUNT(*) AS files, SUM(b.file_size) AS bytes,
      COUNT(b.bak_date_time) AS backed_up, COUNT(b.unlink_time) AS unlinked,
      SUM(CASE WHEN b.unlink_time IS NULL AND b.missing_time IS NOT NULL THEN 1 ELSE 0 END) AS missing
    FROM tbl_bak_order b WHERE b.filename IS NOT NULL ${wanted} GROUP BY ${monthOf}, b.file_type`);
  // A removal lists its rows as a JSON array; a cast reads the first number of a text.
  const number = engine === 'mysql' ? sql`SIGNED` : sql`INTEGER`;
  const removed = await ask(sql<{ month: string | null; rule: string; bytes: number }>`
    SELECT ${monthOf} AS month, d.rule, SUM(d.size) AS bytes
    FROM orderbak_deletion d JOIN tbl_bak_order b ON b.id = CAST(SUBSTR(d.row_ids, 2) AS ${number})
    WHERE d.rule IN ('discuss', 'backed-up') AND d.done_ms IS NOT NULL ${wanted} GROUP BY ${monthOf}, d.rule`);
  const failed = await ask(sql<{ month: string | null; files: number }>`
    SELECT ${monthOf} AS month, COUNT(DISTINCT f.item_id) AS files
    FROM orderbak_run_failure f JOIN tbl_bak_order b ON b.id = f.item_id
    WHERE f.code <> ${HELD} ${wanted} GROUP BY ${monthOf}`);

  const months = [...new Set(orders.map((line) => line.month))];
  months.sort((a, b) => (a ?? '').localeCompare(b ?? ''));
  return months.map((shown) => {
    const of = <Row extends { month: string | null }>(rows: readonly Row[]) =>
      rows.filter((row) => row.month === shown);
    const typed = of(files);
    const freed = of(removed);
    // Files of discussions are measured only when they go.
    const measured = freed.filter(({ rule }) => rule === 'discuss');
    return {
      month: shown,
      orders: sum(of(orders), (row) => row.orders),
      files: countsOf(typed),
      backedUp: sum(typed, (row) => row.backed_up),
      unlinked: sum(typed, (row) => row.unlinked),
      missing: sum(typed, (row) => row.missing),
      bytes: sum(typed, (row) => row.bytes) + sum(measured, (row) => row.bytes),
      freed: sum(freed, (row) => row.bytes),
      failures: sum(of(failed), (row) => row.files),
    };
  });
}

/** What was marked on the days from `from` to before `to` (dates of the shop's calendar), the earliest first. */
export async function readMarks(
  { kysely }: Database,
  from: string,
  to: string,
): Promise<{ day: string; files: number; bytes: number }[]> {
  const { rows } = await sql<{ day: string; files: number; bytes: number | null }>`
    SELECT SUBSTR(bak_date_time, 1, 10) AS day, COUNT(*) AS files, SUM(file_size) AS bytes FROM tbl_bak_order
    WHERE bak_date_time >= ${from} AND bak_date_time < ${to} GROUP BY SUBSTR(bak_date_time, 1, 10) ORDER BY 1`.execute(
    kysely,
  );
  return rows.map(({ day, files, bytes }) => ({ day, files: Number(files), bytes: Number(bytes ?? 0) }));
}

interface FileRow {
  readonly month: string | null;
  readonly file_type: number;
  readonly files: number;
  readonly bytes: number | null;
  readonly backed_up: number;
  readonly unlinked: number;
  readonly missing: number;
}

function countsOf(rows: readonly FileRow[]): Record<FileType, number> {
  const count = (type: FileType) =>
    sum(
      rows.filter((row) => fileTypeOf(Number(row.file_type)) === type),
      (row) => row.files,
    );
  const entries = (Object.keys(FILE_TYPES) as FileType[]).map((type) => [type, count(type)]);
  // Made of all types, one line above.
  return Object.fromEntries(entries) as Record<FileType, number>;
}

function sum<Row>(rows: readonly Row[], of: (row: Row) => number | null): number {
  return rows.reduce((total, row) => total + Number(of(row) ?? 0), 0);
}
