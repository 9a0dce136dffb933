import { setTimeout as sleep } from 'node:timers/promises';
import { ENGINES } from '../../support/database.js';
import type { Fault, Round } from '../fault.js';
import { type Scene, STEPS, type Step } from '../scene.js';

/** SIGKILL at any moment of a step; 200 rounds a step on both engines together. */
export const KILLS: readonly Fault[] = STEPS.map((step) => ({
  name: `kill: ${step}`,
  engines: ENGINES,
  rounds: { quick: step === 'pull' || step === 'unlink-backed-up' ? 1 : 0, full: 100 },
  async play(round) {
    const duration = await measured(round, step);
    const scene = await round.scene();
    await prepareFor(scene, step);
    const { child, finished } = await scene.start([step]);
    // Up to a little beyond the end, so that the last moments are met too.
    await Promise.race([sleep(round.random() * duration * 1.1), finished]);
    child.kill('SIGKILL');
    scene.struck = (await finished).signal !== null;
  },
}));

/** What has to run before a step so that it has its server. */
export async function prepareFor(scene: Scene, step: Step): Promise<void> {
  if (step === 'pull') await scene.serve();
}

const durations = new Map<string, Promise<number>>();

/** How long a step takes undisturbed on this machine, ms; the first round measures it. */
export function measured(round: Round, step: Step): Promise<number> {
  const key = `${round.engine} ${step} ${round.program}`;
  const duration = durations.get(key) ?? measure(round, step);
  durations.set(key, duration);
  return duration;
}

async function measure(round: Round, step: Step): Promise<number> {
  const scene = await round.scene({ judged: false });
  await prepareFor(scene, step);
  const begun = performance.now();
  await scene.run(step);
  return performance.now() - begun;
}
