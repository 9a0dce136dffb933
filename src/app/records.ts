import { configError } from '../config/config-error.js';
import { need } from '../config/needs.js';
import { isRoleGiven, machinesOf } from '../config/role.js';
import type { Config } from '../config/schema.js';
import { openDatabase } from '../db/open.js';
import type { Database } from '../db/tables.js';
import type { Machine } from '../domain/night.js';
import type { OrderbakError } from '../errors.js';
import { openStoreCatalog } from './catalog.js';

/**
 * Opens what a kind of machine keeps its records in: the server the shop's database, the office its catalog, which is made
 * where it is missing. Throws with exit 2 where it is not configured, with exit 75 where the store's disk is away.
 */
export async function openRecords(config: Config, machine: Machine): Promise<Database> {
  if (machine === 'office') return openStoreCatalog(config);
  return openDatabase(need(config, 'database', 'url'));
}

/** Opens them, as `openRecords` does, for as long as `work` lasts. */
export async function withRecords<T>(
  config: Config,
  machine: Machine,
  work: (database: Database) => Promise<T>,
): Promise<T> {
  const database = await openRecords(config, machine);
  return work(database).finally(() => database.close());
}

/** Which kind of machine keeps the runs of a step; without a step: the server, where this machine is one. */
export function machineOfRuns(config: Config, step: string | null): Machine {
  if (!isRoleGiven(config)) throw noRuns();
  const machines = machinesOf(config);
  const isOffice = step === 'pull' ? machines.includes('office') : !machines.includes('server');
  return isOffice ? 'office' : 'server';
}

function noRuns(): OrderbakError {
  return configError(
    'neither database.url nor pull.store is set, so that there are no runs to look at',
    'Write one of them into orderbak.toml: the first on the server, the second on the machine in the office.',
  );
}
