import { sql } from 'kysely';
import type { SampledFile, SampledOrder } from '../domain/sample.js';
import { textOf } from './bytes.js';
import type { Database, RawId } from './tables.js';

/** The newest orders of the view, at most `limit`, and the files that they name; as they come. */
export async function sampleOrders(
  { kysely }: Database,
  limit: number,
): Promise<{ orders: SampledOrder[]; files: SampledFile[] }> {
  const rows = await kysely
    .selectFrom('orderbak_order')
    .selectAll()
    .orderBy('id_order', 'desc')
    .limit(limit)
    .execute();
  const orders = rows.map((row) => ({
    ...row,
    create_time: textOf(row.create_time),
    create_by: textOf(row.create_by),
    done_time: textOf(row.done_time),
    folder: textOf(row.folder),
  }));
  const ids = orders.map((order) => order.id_order);
  if (ids.length === 0) return { orders, files: [] };
  const files = await kysely
    .selectFrom('orderbak_order_file')
    .select(['id_order', 'file_type', 'filename'])
    .where('id_order', 'in', ids)
    .execute();
  return { orders, files: files.map((file) => ({ ...file, filename: textOf(file.filename) })) };
}

/** An order that the view gives more than once, which it must not; null when there is none. */
export async function orderGivenTwice({ kysely }: Database): Promise<RawId | null> {
  const { rows } = await sql<{ id_order: RawId }>`
    SELECT id_order FROM orderbak_order GROUP BY id_order HAVING COUNT(*) > 1 LIMIT 1`.execute(kysely);
  return rows[0]?.id_order ?? null;
}
