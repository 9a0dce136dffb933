import { availableParallelism } from 'node:os';
import path from 'node:path';
import pLimit from 'p-limit';
import { KeptProcess } from './kept-process.js';
import { type Finished, placeOf, type RunOptions } from './run.js';
import { type Serve, serveOnFreePort } from './serve.js';
import type { World } from './worlds.js';

interface Asked {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

type KeptOptions = Pick<RunOptions, 'env' | 'cwd' | 'machine' | 'bare'>;

/** More processes would only wait for processors while they load the program. */
const atOnce = pLimit(availableParallelism() + 1);
type Kept = KeptProcess<Asked, Omit<Finished, 'signal'>>;
const idle: Kept[] = [];

function takeKept(): Kept {
  return idle.pop() ?? new KeptProcess(path.join(import.meta.dirname, 'kept-program.js'), []);
}

/**
 * Runs one command in a process that has the program loaded already, which is most of what a small command costs.
 * For what a command does; how it starts, reads its input, hears signals and ends is asked of a process of its own.
 */
export function askOrderbak(
  world: World,
  args: readonly string[],
  options: KeptOptions = {},
): Promise<Finished> {
  return atOnce(() => askKept(world, args, options));
}

/** The same of several commands that are at work at the same time, however few processors there are. */
export function askTogether(world: World, commands: readonly (readonly string[])[]): Promise<Finished[]> {
  return Promise.all(commands.map((args) => askKept(world, args)));
}

async function askKept(world: World, args: readonly string[], options: KeptOptions = {}): Promise<Finished> {
  const kept = takeKept();
  const told = await kept.ask({ args, ...placeOf(world, args, options) });
  idle.push(kept);
  return { ...told, signal: null };
}

/** Only a server that hangs meets this: it ends with the tests of its file. */
const SERVING_LIMIT_MS = 600_000;

/** `orderbak serve` as `startServe` begins it, in a process that has the program loaded already. How it ends is asked of a process of its own. */
export function keepServe(
  world: World,
  args: readonly string[] = [],
  options: KeptOptions = {},
): Promise<Serve> {
  return serveOnFreePort(world, (env) => {
    const kept = takeKept();
    const words = ['serve', ...args];
    const told = kept.ask(
      { args: words, ...placeOf(world, words, { ...options, env: { ...env, ...options.env } }) },
      SERVING_LIMIT_MS,
    );
    const finished = told.then((answer) => {
      idle.push(kept);
      return { ...answer, signal: null };
    });
    return { pid: kept.pid, finished, interrupt: () => kept.interrupt(), kill: () => kept.end() };
  });
}
