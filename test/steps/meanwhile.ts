import path from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import type { PlantedOrder } from '../support/planting.js';
import type { Shop, StepName, Summary } from './shop.js';

/** The hands of somebody who does something while a run is under way. */
export interface Meanwhile {
  sql(text: string, ...values: (string | number)[]): void;
  /** A file of the order's folder, or the folder itself. */
  place(name?: string): string;
  readonly root: string;
  readonly order: number;
}

export const WATCHER = {
  planning: () => {},
  started: () => {},
  moved: () => {},
  advanced: () => {},
  finished: () => {},
};

/** Runs a step for one order of a SQLite shop; when its plan is made, and nothing is removed yet, something happens. */
export async function runWhile(
  shop: Shop,
  order: PlantedOrder,
  step: StepName,
  happens: (world: Meanwhile) => void,
): Promise<Summary & { readonly expected: number }> {
  let expected = -1;
  const started = (files: number) => {
    // The second start is that of the purge behind the removal of trash.
    if (expected >= 0) return;
    expected = files;
    change(shop, order, happens);
  };
  const summary = await shop.run(step, { only: [order.id], watcher: { ...WATCHER, started } });
  return { ...summary, expected };
}

/** At once, not soon: the run goes on only when it is done. */
export function change(shop: Shop, order: PlantedOrder, happens: (world: Meanwhile) => void): void {
  const { databaseUrl, root } = shop.world;
  const database = new DatabaseSync(databaseUrl.slice('sqlite:'.length), { timeout: 10_000 });
  try {
    happens({
      sql: (text, ...values) => database.prepare(text).run(...values),
      place: (name) => path.join(root, order.folder, ...(name === undefined ? [] : [name])),
      root,
      order: order.id,
    });
  } finally {
    database.close();
  }
}
