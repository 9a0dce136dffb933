import type { Order } from '../domain/order.js';
import { EXIT } from '../errors.js';
import { RunStopped } from '../steps/step.js';
import { amongOrders, idOf } from './order-ids.js';
import type { Database, Tables } from './tables.js';

/** The orders of each folder. */
export type Folders = ReadonlyMap<string, readonly Order[]>;

/** The ids of all orders of these folders, each once. */
export function orderIdsOf(folders: Folders): number[] {
  const ids = new Set<number>();
  for (const orders of folders.values()) for (const order of orders) ids.add(order.id);
  return [...ids];
}

/** Orders with a list that cannot be read; others may be among them. */
export async function readUnreadable(
  { engine, kysely }: Database,
  ids: readonly number[],
): Promise<Set<number>> {
  const rows = await kysely
    .selectFrom('orderbak_unreadable')
    .select('id_order')
    .distinct()
    .where(amongOrders(engine, ids))
    .execute();
  return new Set(rows.map((row) => idOf(row.id_order)));
}

export type NamedRow = Pick<Tables['orderbak_order_file'], 'id_order' | 'file_type' | 'filename'>;

/** What the lists of these orders name; what others name may be among it. */
export function readNamed({ engine, kysely }: Database, ids: readonly number[]): Promise<NamedRow[]> {
  return kysely
    .selectFrom('orderbak_order_file')
    .select(['id_order', 'file_type', 'filename'])
    .where(amongOrders(engine, ids))
    .execute();
}

/** The names that somebody brought back from the quarantine, by folder. */
export async function readRestored(
  { kysely }: Database,
  folders: readonly string[],
): Promise<Map<string, Set<string>>> {
  const rows = await kysely
    .selectFrom('orderbak_restore')
    .select(['folder', 'filename'])
    .where('folder', 'in', folders)
    .execute();
  const restored = new Map<string, Set<string>>();
  for (const { folder, filename } of rows)
    restored.set(folder, (restored.get(folder) ?? new Set()).add(filename));
  return restored;
}

/** The error for a file of a type that means nothing; ends the run, since nothing that the view says can be believed. */
export function badView({ id_order, file_type }: NamedRow): RunStopped {
  return new RunStopped(
    EXIT.stopped,
    'bad-view',
    `the view orderbak_order_file gives order ${id_order} a file of type ${file_type}`,
    'file_type must be 1 main, 2 ref, 3 complete, 4 rework or 5 discuss; correct the view.',
  );
}
