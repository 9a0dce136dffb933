import { hostname } from 'node:os';
import { need } from '../config/needs.js';
import { machinesOf } from '../config/role.js';
import type { Config } from '../config/schema.js';
import { readMarks, readMonthLines } from '../db/month-lines.js';
import { readNightSums } from '../db/night-sums.js';
import { openRunHistory } from '../db/run-history.js';
import { type Ledger, readLedger } from '../reports/ledger.js';
import { machineZone } from './entries.js';
import { withRecords } from './records.js';

/**
 * What was done on this machine, see `readLedger`: on the server by orders and nights, in the office by nights. A machine
 * that is both tells of the server.
 */
export async function ledgerOf(config: Config, month: string | null): Promise<Ledger> {
  const [machine = 'server'] = machinesOf(config);
  const isServer = machine === 'server';
  const shop = isServer ? need(config, 'shop', 'timezone') : config.shop.timezone;
  return withRecords(config, machine, (database) =>
    readLedger(month, {
      zone: shop ?? machineZone(),
      clock: Date.now,
      months: isServer ? (wanted) => readMonthLines(database, wanted) : null,
      marks: isServer ? (from, to) => readMarks(database, from, to) : null,
      nightSums: (from, ends) => readNightSums(database, from, ends),
      runsById: openRunHistory(database, hostname()).byIds,
    }),
  );
}
