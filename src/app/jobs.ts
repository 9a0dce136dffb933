import { hostname } from 'node:os';
import type { Config } from '../config/schema.js';
import { openRunHistory } from '../db/run-history.js';
import { openRuns } from '../db/runs.js';
import { openSteering } from '../db/steering.js';
import { isActive, type RunRecord, type Wanted } from '../domain/run.js';
import { type Steered, steer } from '../jobs/steer.js';
import { removeBell, ring } from '../store/doorbell.js';
import type { ClearedLog } from '../store/old-log.js';
import { findRuns } from './find-runs.js';
import { clearLog } from './log.js';
import { machineOfRuns, openRecords } from './records.js';

/**
 * What runs, what ran, and how it is steered, by the record that has what somebody names (`target`, an id or a step): the shop's
 * database, or the catalog of the office's store. Null = the server's, where this machine is one.
 */
export async function openJobs(config: Config, target: string | null) {
  const database = await openRecords(config, machineOfRuns(config, target));
  const history = openRunHistory(database, hostname());
  const steering = openSteering(database);

  return {
    ...findRuns(history),

    steer: (run: RunRecord, order: number | null, wanted: Wanted | null): Promise<Steered> =>
      steer(run, order, wanted, { ...history, ...steering, ring, host: hostname() }),

    /** Closes a run whose process is gone, so that nobody goes on with it. */
    async giveUp(run: RunRecord): Promise<void> {
      const steps = (await history.steps(run.id)).filter(
        ({ status }) => isActive(status) || status === 'lost',
      );
      await steering.close([run.id, ...steps.map(({ id }) => id)], Date.now());
      if (run.doorbell !== null) await removeBell(run.doorbell);
    },

    /** Takes a run out of the record, with its steps; answers how many runs. What was removed, and its receipts, stay. */
    async remove(run: RunRecord): Promise<number> {
      const ids = [run.id, ...(await history.steps(run.id)).map(({ id }) => id)];
      await steering.remove(ids);
      return ids.length;
    },

    /** Forgets what ended at least `age` ms ago, null = as long ago as [history] keep says; answers how many runs. */
    forget: (age: number | null): Promise<number> =>
      openRuns(database).forget(Date.now() - (age ?? config.history.keep)),

    /** Removes pieces of the log that are as old; answers null where there is no log. */
    clearLog: (age: number | null): Promise<ClearedLog | null> =>
      clearLog(config, age ?? config.history.keep),

    close: () => database.close(),
  };
}
