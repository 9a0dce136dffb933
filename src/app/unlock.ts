import { need } from '../config/needs.js';
import type { Config } from '../config/schema.js';
import { openCatalogDatabase } from '../db/catalog.js';
import { openLeases } from '../db/leases.js';
import { openDatabase } from '../db/open.js';
import type { Standing } from '../jobs/ports.js';
import { unlock } from '../jobs/unlock.js';
import type { StepName } from '../steps/step.js';
import { isBegun } from '../store/own-folder.js';

/**
 * Takes a step's lease away (see `unlock`): in the office's catalog for `pull`, else in the shop's database.
 * Answers who had it; null when nobody had.
 */
export async function unlockStep(config: Config, step: StepName, force: boolean): Promise<Standing | null> {
  const store = step === 'pull' ? need(config, 'pull', 'store') : null;
  if (store !== null && !(await isBegun(store))) return null;
  const database =
    store === null ? await openDatabase(need(config, 'database', 'url')) : await openCatalogDatabase(store);
  return unlock(openLeases(database), step, force).finally(() => database.close());
}
