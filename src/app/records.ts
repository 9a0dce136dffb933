import { need } from '../config/needs.js';
import type { Config } from '../config/schema.js';
import { openDatabase } from '../db/open.js';
import type { Database } from '../db/tables.js';
import type { Machine } from '../domain/night.js';
import { openStoreCatalog } from './catalog.js';

/**
 * Opens what a kind of machine keeps its records in: the server the shop's database, the office its catalog, which is made
 * where it is missing. Throws with exit 2 where it is not configured, with exit 75 where the store's disk is away.
 */
export async function openRecords(config: Config, machine: Machine): Promise<Database> {
  if (machine === 'office') return openStoreCatalog(config);
  return openDatabase(need(config, 'database', 'url'));
}
