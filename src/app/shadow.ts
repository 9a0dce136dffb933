import { need } from '../config/needs.js';
import type { Config } from '../config/schema.js';
import { asMigrated } from '../db/as-migrated.js';
import { openOldRows } from '../db/old-table.js';
import { openDatabase } from '../db/open.js';
import { openSource } from '../db/source.js';
import { parseLocalTime, unixSeconds } from '../domain/local-time.js';
import { retentionAt } from '../domain/retention.js';
import { type Compared, shadow } from '../reports/shadow.js';
import type { OrderFilter } from '../steps/ports/shop.js';
import { openViewsOf } from '../store/open-views.js';
import { folderRule } from './folder-rule.js';

/** Compares with the old system, as `shadow` does. `since` is the shop's local time, null = all that it ever did. */
export async function* compareWithOldSystem(
  config: Config,
  only: OrderFilter,
  since: string | null,
): AsyncGenerator<Compared> {
  const zone = need(config, 'shop', 'timezone');
  const root = need(config, 'orders', 'root');
  const database = await openDatabase(need(config, 'database', 'url'), 'read-only');
  try {
    const seen = await asMigrated(database, config.source.views, config.shadow);
    const views = await openViewsOf(root);
    try {
      const now = Date.now();
      const from = parseLocalTime(since);
      yield* shadow({
        source: openSource(seen, folderRule(config, zone)),
        old: openOldRows(seen),
        views,
        retention: retentionAt(now, config.retention.status, config.retention.age, zone),
        only,
        thumbsFolder: config.thumbs.folder,
        youngest: now - config.trash.min_age,
        since: from && unixSeconds(from, zone) * 1000,
        zone,
      });
    } finally {
      views.close();
    }
  } finally {
    await database.close();
  }
}
