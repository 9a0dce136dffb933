import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import type { Machine } from '../domain/night.js';
import { EXIT, OrderbakError } from '../errors.js';
import { gatherOutput } from '../schedule/gather-output.js';
import { environmentOf, type Place } from './place.js';

/** The program file that the demo's commands run. */
export const PROGRAM = fileURLToPath(new URL('../../bin/orderbak.js', import.meta.url));

const serveAnswer = z.object({ ok: z.literal(true), url: z.string() });

/** A command that has ended. `exit` is null when a signal ended it; time in ms, with the start of the process. */
export interface Finished {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly elapsedMs: number;
}

/** A server that listens at `url` until it is stopped. */
export interface Serving {
  readonly url: string;
  /** Asks it to end, as a service manager does, and waits. Throws when it ends badly. */
  stop(): Promise<void>;
}

interface Started {
  readonly stdout: Readable;
  readonly finished: Promise<Finished>;
  end(): void;
}

/** What is typed, and on which of the machines; `url` is where the office finds the server. */
interface Call {
  readonly machine: Machine;
  readonly args: readonly string[];
  readonly url: string | null;
}

/**
 * Runs a command to its end, as a process of its own. Ends it and throws the reason when `stop` is aborted.
 */
export async function runOrderbak(place: Place, call: Call, stop: AbortSignal): Promise<Finished> {
  const finished = await start(place, call, stop).finished;
  stop.throwIfAborted();
  return finished;
}

/** Starts `orderbak serve` and waits until it says where it listens. Throws when it does not come to that. */
export async function startServing(place: Place, stop: AbortSignal): Promise<Serving> {
  const call: Call = { machine: 'server', args: ['serve', '--json', '--quiet'], url: null };
  const { stdout, finished, end } = start(place, call, stop);
  const said = await Promise.race([once(createInterface({ input: stdout }), 'line'), finished]);
  stop.throwIfAborted();
  const url = Array.isArray(said) ? urlIn(String(said[0])) : null;
  if (url === null) {
    end();
    throw commandFailed('serve', await finished);
  }
  return {
    url,
    async stop() {
      end();
      const last = await finished;
      // Windows has no SIGTERM: there a process is simply ended.
      const wellEnded = last.exit === EXIT.done || process.platform === 'win32';
      if (!wellEnded && !stop.aborted) throw commandFailed('serve', last);
    },
  };
}

/** The error of a command that did not end as it should; its own words are in it. */
export function commandFailed(command: string, { exit, stdout, stderr }: Finished): OrderbakError {
  const words = stderr.trim() || stdout.trim() || 'it said nothing';
  const how = exit === null ? 'was ended by a signal' : `ended with exit code ${exit}`;
  return new OrderbakError(
    EXIT.failed,
    'demo-command',
    `\`orderbak ${command}\` ${how}:\n${words.replace(/^/gm, '    ')}`,
    'This should not happen. `orderbak demo --keep` leaves the folder, so that you can look into it.',
  );
}

function start(place: Place, { machine, args, url }: Call, stop: AbortSignal): Started {
  // A signal that is aborted already would never ask this process to end.
  stop.throwIfAborted();
  const began = performance.now();
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    cwd: place.scratch,
    env: environmentOf(place, machine, url),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const end = () => {
    child.kill('SIGTERM');
  };
  const kill = () => child.kill('SIGKILL');
  stop.addEventListener('abort', end, { once: true });
  process.once('exit', kill);
  const output = gatherOutput(child, 'utf8');
  const finished = new Promise<Finished>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exit) => {
      stop.removeEventListener('abort', end);
      process.off('exit', kill);
      resolve({ exit, ...output, elapsedMs: Math.round(performance.now() - began) });
    });
  });
  return { stdout: child.stdout, finished, end };
}

/** Where `serve --json` says that it listens; null when it says something else. */
function urlIn(line: string): string | null {
  try {
    return serveAnswer.parse(JSON.parse(line)).url;
  } catch {
    return null;
  }
}
