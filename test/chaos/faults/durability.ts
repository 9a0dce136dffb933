import path from 'node:path';
import { ENGINES } from '../../support/database.js';
import { hastyDeeds, readDeeds } from '../disk-order.js';
import type { Fault } from '../fault.js';
import { ALL_CALLS, noStrace, straced } from '../strace.js';
import { runTraced } from '../traced.js';

/** Nothing breaks; it is only looked at whether everything was durable before something else relied on it. */
export const DURABILITY: readonly Fault[] = (
  ['unlink-discuss', 'unlink-trash', 'pull', 'unlink-backed-up'] as const
).map((step) => ({
  name: `order of the disk: ${step}`,
  engines: ENGINES,
  rounds: { quick: 0, full: 2 },
  unavailable: noStrace,
  async play(round) {
    const scene = await round.scene();
    const log = path.join(scene.scratch, 'strace.log');
    await runTraced(scene, [step], straced(log, [...ALL_CALLS, 'send']));
    const deeds = await readDeeds(log);
    // A log in which nothing was removed or marked would prove nothing.
    const proof = step === 'pull' ? 'mark' : step === 'unlink-trash' ? 'rename' : 'unlink';
    if (!deeds.some((deed) => deed.kind === proof)) throw new Error(`strace saw no ${proof} of ${step}`);
    scene.found.push(...hastyDeeds(deeds, scene.world));
  },
}));
