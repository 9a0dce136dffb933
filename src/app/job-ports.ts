import { openLeases } from '../db/leases.js';
import { openRuns } from '../db/runs.js';
import type { Database } from '../db/tables.js';
import type { Watcher } from '../jobs/ports.js';
import type { JobPorts } from '../jobs/run-job.js';
import { openSpool } from '../store/spool.js';

/** What runs need whose leases and rows are kept in `database`. */
export function jobPorts(database: Database, watcher: Watcher): JobPorts {
  return { leases: openLeases(database), runs: openRuns(database), openSpool, clock: Date.now, watcher };
}
