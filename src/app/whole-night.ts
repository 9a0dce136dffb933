import { machinesOf } from '../config/role.js';
import type { Config } from '../config/schema.js';
import { openRuns } from '../db/runs.js';
import { machineOf, NIGHT, type NightStep } from '../domain/night.js';
import { EXIT, OrderbakError } from '../errors.js';
import type { Kin } from '../jobs/ports.js';
import { type NightSummary, runNight } from '../jobs/run-night.js';
import type { Summary } from '../jobs/summary.js';
import { runByName } from './by-name.js';
import { OWN, type RunChoices, toldOf } from './choices.js';
import { machineOfRuns, withRecords } from './records.js';

/** The steps of the night that are this machine's: the server's, the office's, or both. */
export function stepsHere(config: Config): NightStep[] {
  const machines = machinesOf(config);
  return NIGHT.filter((step) => machines.includes(machineOf(step)));
}

/** Runs steps of this machine's night as one run. `ended` is told of each as it ends. */
export async function wholeNight(
  config: Config,
  steps: readonly NightStep[],
  choices: RunChoices,
  ended: (summary: Summary) => Promise<void>,
): Promise<NightSummary> {
  const others = steps.filter((step) => !stepsHere(config).includes(step));
  if (others.length > 0 || steps.length === 0) throw notHere(others);
  // On a machine that is both, the record of a pull stands in the store's catalog, and cannot be tied to the night's.
  const isElsewhere = (step: NightStep) => step === 'pull' && machinesOf(config).length > 1;
  const runStep = (step: NightStep, kin: Kin) =>
    runByName(config, step, { ...choices, errand: isElsewhere(step) ? OWN : { kin, failedIn: null } });
  const options = { ...choices, kin: choices.errand.kin, told: toldOf(choices) };
  return withRecords(config, machineOfRuns(config, null), (database) =>
    runNight(steps, options, { runs: openRuns(database), clock: Date.now, runStep, ended }),
  );
}

function notHere(steps: readonly NightStep[]): OrderbakError {
  return new OrderbakError(
    EXIT.usage,
    'usage',
    steps.length === 0 ? 'no step is left to be run' : `this machine has no ${steps.join(', no ')}`,
    'database.url makes a machine the server, pull.store the one in the office; `orderbak run --help` names the steps.',
  );
}
