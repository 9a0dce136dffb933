import type { Config } from '../config/schema.js';
import { openLeases } from '../db/leases.js';
import { openRuns } from '../db/runs.js';
import type { Database } from '../db/tables.js';
import type { Ceiling } from '../domain/ceiling.js';
import { messageOf } from '../errors.js';
import type { JobPorts } from '../jobs/options.js';
import { runJob } from '../jobs/run-job.js';
import type { Summary } from '../jobs/summary.js';
import type { Step } from '../steps/step.js';
import { openDoorbell, removeBell } from '../store/doorbell.js';
import { openSpool } from '../store/spool.js';
import { type RunChoices, toldOf } from './choices.js';
import { clearLog, openLog } from './log.js';

/** Runs a step whose lease and record are kept in `database`. */
export async function runIn<Item>(
  database: Database,
  config: Pick<Config, 'retry' | 'history' | 'log'>,
  step: Step<Item>,
  choices: RunChoices,
  ceiling: Ceiling | null,
): Promise<Summary> {
  const { errand, ...options } = choices;
  const log = await openLog(config);
  const ports: JobPorts = {
    leases: openLeases(database),
    runs: openRuns(database),
    openSpool,
    openDoorbell,
    removeBell,
    clock: Date.now,
    watcher: choices.watcher,
    log,
    async clearLog() {
      try {
        await clearLog(config, config.history.keep);
      } catch (error) {
        log.write('warn', messageOf(error), { step: step.name });
      }
    },
    attempts: config.retry.attempts,
    keep: config.history.keep,
  };
  return runJob(step, { ...options, ...errand, ceiling, told: toldOf(choices) }, ports);
}
