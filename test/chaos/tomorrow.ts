import { existsSync } from 'node:fs';
import path from 'node:path';
import { type Database, withDatabase } from '../support/database.js';
import type { World } from '../support/worlds.js';

const DAYS_10_MS = 10 * 86_400_000;

/** Lets so much time pass that what failed more than once is tried again by the next run, on either machine. */
export async function letTimePass(world: World): Promise<void> {
  const catalog = path.join(world.store, '.orderbak/catalog.sqlite');
  await withDatabase(world.databaseUrl, failEarlier);
  if (existsSync(catalog)) await withDatabase(`sqlite:${catalog}`, failEarlier);
}

async function failEarlier(database: Database): Promise<void> {
  await database.run('UPDATE orderbak_run_failure SET failed_ms = failed_ms - ?', [DAYS_10_MS]);
}
