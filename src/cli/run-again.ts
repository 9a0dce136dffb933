import { runByName } from '../app/by-name.js';
import { type Errand, readTold } from '../app/choices.js';
import type { RunFamily } from '../app/find-runs.js';
import { isNightStep, type NightStep } from '../domain/night.js';
import type { RunRef } from '../domain/run.js';
import { EXIT, OrderbakError } from '../errors.js';
import type { CommonFlags } from './config.js';
import { runWholeNight } from './run-night.js';
import { runStep } from './run-step.js';

/**
 * Goes on with a run that has ended before its end; with a night, with those of its steps that are not completed.
 * Throws with exit 2 when it has nothing to go on with.
 */
export async function goOnWith({ run, steps }: RunFamily, flags: CommonFlags): Promise<void> {
  if (run.status === 'completed')
    throw notAgain(run, 'it came to its end; what failed in it is for `jobs retry`');
  if (run.step === 'run') {
    const only = steps.filter(({ status }) => status !== 'completed').map(stepOf);
    return runWholeNight({ ...flags, only, ...(run.dryRun && { dryRun: true }) }, run.id);
  }
  const step = stepOf(run);
  const errand: Errand = { kin: { night: null, resumes: run.id }, failedIn: null };
  await runStep(step, flags, (config, choices) =>
    runByName(config, step, { ...choices, ...readTold(run.told), dryRun: run.dryRun, errand }),
  );
}

/** Runs just what failed in a run, of these orders. Where they are not known (null), the plan looks at all for it. */
export async function tryAgain(
  run: RunRef,
  only: readonly number[] | null,
  flags: CommonFlags,
): Promise<void> {
  const step = stepOf(run);
  const errand: Errand = { kin: { night: null, resumes: run.id }, failedIn: run.id };
  await runStep(step, flags, (config, choices) => runByName(config, step, { ...choices, only, errand }));
}

function stepOf(run: RunRef): NightStep {
  if (isNightStep(run.step)) return run.step;
  throw notAgain(run, 'what it was to do stands in its command line; type that again');
}

function notAgain({ id, step }: RunRef, why: string): OrderbakError {
  return new OrderbakError(EXIT.usage, 'not-again', `run ${id} (${step}) cannot be gone on with: ${why}`);
}
