import { need } from '../config/needs.js';
import type { Config } from '../config/schema.js';
import { openCatalogDatabase } from '../db/catalog.js';
import type { Database } from '../db/tables.js';
import { prepareStore } from '../store/own-folder.js';

/** Opens the catalog of the office's store, which is made where it is missing. Throws with exit 75 when its disk is away. */
export async function openStoreCatalog(config: Config): Promise<Database> {
  const store = need(config, 'pull', 'store');
  await prepareStore(store);
  return openCatalogDatabase(store);
}
