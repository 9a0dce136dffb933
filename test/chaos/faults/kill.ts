import { setTimeout as sleep } from 'node:timers/promises';
import { ENGINES } from '../../support/database.js';
import type { Fault } from '../fault.js';
import { type Scene, STEPS, type Step } from '../scene.js';

/** How long each step took undisturbed on this machine, ms; the first round of each measures it. */
const durations = new Map<string, number>();

/** SIGKILL at any moment of a step. */
export const KILLS: readonly Fault[] = STEPS.map((step) => ({
  name: `kill: ${step}`,
  engines: ENGINES,
  rounds: { quick: 1, full: 200 },
  async play(round) {
    const scene = await round.scene();
    await prepareFor(scene, step);
    const key = `${round.engine} ${step}`;
    const before = Date.now();
    const { child, finished } = await scene.start([step]);
    const duration = durations.get(key);
    if (duration !== undefined) {
      // Up to a little beyond the end, so that the last moments are met too.
      await Promise.race([sleep(round.random() * duration * 1.1), finished]);
      child.kill('SIGKILL');
    }
    await finished;
    if (duration === undefined) durations.set(key, Date.now() - before);
  },
}));

/** What has to run before a step so that it has its server. */
export async function prepareFor(scene: Scene, step: Step): Promise<void> {
  if (step === 'pull') await scene.serve();
}
