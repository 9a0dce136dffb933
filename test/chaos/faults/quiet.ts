import { ENGINES } from '../../support/database.js';
import type { Fault } from '../fault.js';
import { STEPS } from '../scene.js';

/** Nothing is broken at all: what goes wrong here goes wrong every night. */
export const QUIET: Fault = {
  name: 'a quiet night',
  engines: ENGINES,
  rounds: { quick: 1, full: 5 },
  async play(round) {
    const scene = await round.scene();
    for (const step of STEPS) {
      const serve = step === 'pull' ? await scene.serve() : undefined;
      await scene.run(step);
      await serve?.stop();
    }
  },
};

/** A plan larger than the ceiling removes nothing, and says so. */
export const CEILING: Fault = {
  name: 'a ceiling of one file',
  engines: ENGINES,
  rounds: { quick: 0, full: 3 },
  async play(round) {
    const scene = await round.scene();
    for (const step of ['unlink-discuss', 'unlink-trash', 'unlink-backed-up'] as const) {
      const files = scene.orderFiles();
      const { code } = await scene.run([step, '--max-delete', '1']);
      if (code !== 5) scene.found.push(`I7: ${step} ended with ${code} beyond its ceiling`);
      const left = new Set(scene.orderFiles());
      for (const file of files.filter((name) => !left.has(name)))
        scene.found.push(`I1: ${step} removed ${file} beyond its ceiling`);
    }
  },
};
