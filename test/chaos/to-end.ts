import type { Finished, RunOptions } from '../support/run.js';
import type { Scene } from './scene.js';

/** Runs a disturbed command; one that does not end by itself has hung. */
export async function runToEnd(
  scene: Scene,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Finished> {
  const finished = await scene.run(args, options);
  if (finished.signal !== null) scene.found.push(`I7: ${args.join(' ')} did not end by itself`);
  return finished;
}
