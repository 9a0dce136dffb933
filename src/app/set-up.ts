import { need } from '../config/needs.js';
import { migrate, planMigration, readRootId, saveRootId } from '../db/migrate.js';
import { markRoot } from '../store/root.js';
import { checkFolders } from './check-folders.js';
import type { Ground } from './ground.js';

/** What makes the database and the root ready. */
export function setUpOf(ground: Ground) {
  const { config, database } = ground;
  return {
    /** Throws (exit 1) where the root has no folder of the newest orders: it is another one, or they are named otherwise. */
    lookForOrders: () => checkFolders(ground, need(config, 'orders', 'root')),

    /** What is left to do for the database, as statements. */
    planMigration: () => planMigration(database, config.source.views),

    /** Brings database and root up to date. Answers what was done. */
    async migrate(): Promise<{ statements: number; marker: string | null }> {
      const root = need(config, 'orders', 'root');
      const statements = await migrate(database, config.source.views);
      const known = await readRootId(database);
      const marker = await markRoot(root, known);
      if (marker.id !== known) await saveRootId(database, marker.id);
      return { statements, marker: marker.written ? root : null };
    },
  };
}
