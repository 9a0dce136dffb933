import { type RawBuilder, type SqlBool, sql } from 'kysely';
import { type FolderRule, meantBy } from '../domain/folder-name.js';
import { groupBy } from '../domain/group-by.js';
import { once } from '../domain/once.js';
import type { Order } from '../domain/order.js';
import type { Engine } from './tables.js';

/**
 * Orders whose folder the view spells so that it names none (`x/`, `./x`), although the disk may take it for another order's:
 * there their files must not be taken for nobody's. `ordersWhere` reads those of a condition.
 */
export function openMisspeltOrders(
  engine: Engine,
  rule: FolderRule,
  ordersWhere: (condition: RawBuilder<SqlBool>) => Promise<Order[]>,
) {
  const all = once(async () => groupBy(await ordersWhere(isOdd(engine)), (order) => meantBy(order, rule)));

  return {
    /** Those that may lie in these folders, as it was when it was first asked. */
    async inFolders(folders: readonly string[]): Promise<Order[]> {
      const known = await all();
      return folders.flatMap((folder) => known.get(folder) ?? []);
    },
  };
}

/** EXPLAIN (MariaDB 10.11) with the shipped views, which give no folder: "Impossible WHERE". */
function isOdd(engine: Engine): RawBuilder<SqlBool> {
  const closed = engine === 'mysql' ? sql`CONCAT('/', folder, '/')` : sql`'/' || folder || '/'`;
  const parts = ['//', '/./', '/../', '\\'].map((part) => sql`INSTR(${closed}, ${part}) > 0`);
  return sql`(folder <> '' AND (${sql.join(parts, sql` OR `)}))`;
}
