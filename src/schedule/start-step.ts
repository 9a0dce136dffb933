import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { EXIT, messageOf, OrderbakError } from '../errors.js';
import { gatherOutput } from './gather-output.js';

/** How long a step that was asked to end may take to finish what it has in hand, ms. */
const GRACE = 120_000;

/** How a step is started. */
export interface Starting {
  readonly argv: readonly string[];
  /** A file to which what it prints is appended; null = it is handed back. */
  readonly log: string | null;
  /** ms */
  readonly timeout: number;
  /** Asks it to end. */
  readonly stop: AbortSignal;
}

/** How a program ended: 130 or 143 where a signal ended it. */
export interface ProgramEnd {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The same of a program that is ended when it takes too long. */
export interface ProcessEnd extends ProgramEnd {
  readonly timedOut: boolean;
}

/**
 * Runs a step in a process of its own, without a terminal, and waits for its end. One that takes too long is asked to end,
 * and two minutes later made to. Throws with exit 1 when it cannot be started or its log cannot be written.
 */
export async function startStep({ argv, log, timeout, stop }: Starting): Promise<ProcessEnd> {
  const [command = '', ...args] = argv;
  const file = log === null ? 'pipe' : openLog(log);
  const child = spawn(command, args, { stdio: ['ignore', file, file] });
  let timedOut = false;
  let last: NodeJS.Timeout | undefined;
  const end = () => {
    child.kill('SIGTERM');
    last ??= setTimeout(() => child.kill('SIGKILL'), GRACE);
  };
  const timer = setTimeout(() => {
    timedOut = true;
    end();
  }, timeout);
  stop.addEventListener('abort', end, { once: true });
  if (stop.aborted) end();
  try {
    return { ...(await endOf(command, child)), timedOut };
  } finally {
    clearTimeout(timer);
    clearTimeout(last);
    stop.removeEventListener('abort', end);
  }
}

/** Runs a command with an environment of its own, in a session of its own without a terminal. Throws with exit 1 when it cannot be started. */
export function startAlone(
  [command = '', ...args]: readonly string[],
  env: NodeJS.ProcessEnv,
  cwd: string,
): Promise<ProgramEnd> {
  return endOf(
    command,
    spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env, cwd, detached: true }),
  );
}

/** Runs a command of which nobody hears, and waits for its end; `stop` asks it to end. How it went, it records itself. */
export function startApart([command = '', ...args]: readonly string[], stop: AbortSignal): Promise<unknown> {
  const child = spawn(command, args, { stdio: 'ignore' });
  const end = () => child.kill('SIGTERM');
  stop.addEventListener('abort', end, { once: true });
  return new Promise((resolve) => child.once('close', resolve).once('error', resolve)).finally(() =>
    stop.removeEventListener('abort', end),
  );
}

function endOf(command: string, child: ChildProcess): Promise<ProgramEnd> {
  const output = gatherOutput(child, 'utf8');
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(broken(`${command} cannot be run: ${messageOf(error)}`)));
    child.once('close', (code, signal) =>
      resolve({ exit: code ?? (signal === 'SIGINT' ? 130 : 143), ...output }),
    );
  });
}

function openLog(path: string): number {
  try {
    mkdirSync(dirname(path), { recursive: true });
    return openSync(path, 'a');
  } catch (error) {
    throw broken(`the log ${path} cannot be written: ${messageOf(error)}`);
  }
}

function broken(message: string): OrderbakError {
  return new OrderbakError(EXIT.failed, 'schedule', message, 'See [schedule] in the configuration.');
}
