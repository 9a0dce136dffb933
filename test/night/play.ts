import { expect } from 'vitest';
import { askOrderbak, keepServe } from '../support/kept-orderbak.js';
import { type Finished, type RunOptions, runOrderbak } from '../support/run.js';
import { startServe } from '../support/serve.js';
import type { World } from '../support/worlds.js';

export const TASKS = ['insert', 'unlink-discuss', 'unlink-trash', 'pull', 'unlink-backed-up'] as const;
export type Task = (typeof TASKS)[number];

export interface PlayOptions {
  /** More arguments for every command on the server. */
  readonly server?: readonly string[];
  /** More arguments for `pull`, which asks the server at this URL. */
  readonly office?: (url: string) => Promise<readonly string[]>;
  readonly run?: RunOptions;
  /** In processes that have the program loaded already; by default each has one of its own, as cron's. */
  readonly kept?: boolean;
}

/** One task on the machine where it belongs; the office finds the shop's server running. */
export async function playTask(world: World, task: Task, options: PlayOptions = {}): Promise<Finished> {
  const { server = [], office = async () => [], run = {}, kept = false } = options;
  const by = kept ? askOrderbak : runOrderbak;
  if (task !== 'pull') return await by(world, [task, ...server], run);
  const serve = await (kept ? keepServe : startServe)(world, server, run);
  try {
    return await by(world, [task, ...(await office(serve.url))], run);
  } finally {
    await serve.stop();
  }
}

/** Cron sends mail for every word that a command says: a command that went well says none. */
export function expectSilence(finished: Finished, command: string): void {
  expect({ command, ...finished }).toEqual({ command, code: 0, signal: null, stdout: '', stderr: '' });
}

export async function playSilently(
  world: World,
  tasks: readonly Task[],
  options: PlayOptions = {},
): Promise<void> {
  for (const task of tasks) expectSilence(await playTask(world, task, options), task);
}

export async function migrate(world: World, options: PlayOptions = {}): Promise<void> {
  const { server = [], run = {}, kept = false } = options;
  const by = kept ? askOrderbak : runOrderbak;
  expectSilence(await by(world, ['migrate', ...server], run), 'migrate');
}
