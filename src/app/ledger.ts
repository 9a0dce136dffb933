import { hostname } from 'node:os';
import { need } from '../config/needs.js';
import type { Config } from '../config/schema.js';
import { readMarks, readMonthLines } from '../db/month-lines.js';
import { openDatabase } from '../db/open.js';
import { openRunHistory } from '../db/run-history.js';
import { type Ledger, readLedger } from '../reports/ledger.js';
import { openStoreCatalog } from './catalog.js';
import { machineZone } from './entries.js';

/**
 * What was done on this machine, see `readLedger`: on the server by orders and nights, in the office by nights. A machine
 * that is both tells of the server.
 */
export async function ledgerOf(config: Config, month: string | null): Promise<Ledger> {
  const isServer = config.database.url !== null || config.pull.store === null;
  const database = isServer
    ? await openDatabase(need(config.database.url, 'database.url', config))
    : await openStoreCatalog(config);
  const shop = isServer ? need(config.shop.timezone, 'shop.timezone', config) : config.shop.timezone;
  const { between } = openRunHistory(database, hostname());
  return readLedger(month, {
    zone: shop ?? machineZone(),
    clock: Date.now,
    months: isServer ? (wanted) => readMonthLines(database, wanted) : null,
    marks: isServer ? (from, to) => readMarks(database, from, to) : null,
    runsBetween: between,
  }).finally(() => database.close());
}
