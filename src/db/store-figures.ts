import type { StoreFigures } from '../domain/health.js';
import { nullableNumber } from './nullable-number.js';
import type { Database } from './tables.js';

/** What the office's catalog says of the store. */
export async function readStoreFigures({ kysely }: Database): Promise<StoreFigures> {
  const all = await kysely
    .selectFrom('store_file')
    .select(({ fn }) => [
      fn.countAll<number>().as('files'),
      fn.sum<number | null>('size').as('bytes'),
      fn.max('marked_ms').as('marked'),
    ])
    .executeTakeFirstOrThrow();
  const unmarked = await kysely
    .selectFrom('store_file')
    .select(({ fn }) => [
      fn.countAll<number>().as('files'),
      fn.sum<number | null>('size').as('bytes'),
      fn.min('kept_ms').as('since'),
    ])
    .where('marked_ms', 'is', null)
    .executeTakeFirstOrThrow();
  const parts = await kysely
    .selectFrom('store_part')
    .select(({ fn }) => fn.countAll<number>().as('files'))
    .executeTakeFirstOrThrow();
  return {
    stored: { files: Number(all.files), bytes: Number(all.bytes ?? 0) },
    unmarked: { files: Number(unmarked.files), bytes: Number(unmarked.bytes ?? 0) },
    // The types say that a minimum is always there; of no rows it is NULL.
    unmarkedSince: nullableNumber(unmarked.since),
    half: Number(parts.files),
    lastMarked: nullableNumber(all.marked),
  };
}
