import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { EXIT, OrderbakError } from '../errors.js';
import { environmentOf, type Machine, type Place } from './place.js';

/** The program file that the demo's commands run. */
export const PROGRAM = fileURLToPath(new URL('../../bin/orderbak.js', import.meta.url));

/** A command that has ended. Output as text; time in ms, the start of the process included. */
export interface Finished {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly elapsedMs: number;
}

/** A server that listens at `url` until it is stopped. */
export interface Serving {
  readonly url: string;
  /** Asks it to end, as a service manager does. Throws when it ends badly. */
  stop(): Promise<void>;
}

/** Runs a command to its end as a process of its own, on one of the machines; SIGTERM when `stop` is aborted, which is then thrown. */
export async function runCommand(
  place: Place,
  machine: Machine,
  args: readonly string[],
  url: string | null,
  stop: AbortSignal,
): Promise<Finished> {
  const finished = await startCommand(place, machine, args, url, stop).finished;
  stop.throwIfAborted();
  return finished;
}

/** Starts `orderbak serve` and waits until it says where it listens. */
export async function startServing(place: Place, stop: AbortSignal): Promise<Serving> {
  const { child, finished } = startCommand(place, 'server', ['serve', '--json'], null, stop);
  await Promise.race([once(child.stdout ?? child, 'data'), finished]);
}

interface Started {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
}
