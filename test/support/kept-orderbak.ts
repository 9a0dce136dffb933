import { availableParallelism } from 'node:os';
import path from 'node:path';
import pLimit from 'p-limit';
import { KeptProcess } from './kept-process.js';
import { type Finished, placeOf, type RunOptions } from './run.js';
import type { World } from './worlds.js';

interface Asked {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** More processes would only wait for processors while they load the program. */
const atOnce = pLimit(availableParallelism() + 1);
const idle: KeptProcess<Asked, Omit<Finished, 'signal'>>[] = [];

/**
 * Runs one command in a process that has the program loaded already, which is most of what a small command costs.
 * For what a command does; how it starts, reads its input, hears signals and ends is asked of a process of its own.
 */
export function askOrderbak(
  world: World,
  args: readonly string[],
  options: Pick<RunOptions, 'env' | 'cwd' | 'machine' | 'bare'> = {},
): Promise<Finished> {
  return atOnce(async () => {
    const kept = idle.pop() ?? new KeptProcess(path.join(import.meta.dirname, 'kept-program.js'), []);
    const told = await kept.ask({ args, ...placeOf(world, args, options) });
    idle.push(kept);
    return { ...told, signal: null };
  });
}
