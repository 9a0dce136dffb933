import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Service } from './service.js';

const START_LIMIT_MS = 30_000;

/** A server that runs in the background for some benchmarks. */
export interface Serving {
  readonly service: Service;
  stop(): Promise<void>;
}

const running = new Set<ChildProcess>();
process.once('exit', () => {
  // Not SIGKILL: nginx's workers end only with a master that has time to tell them.
  for (const child of running) child.kill('SIGTERM');
});

/** Starts a server and waits until `isReady` says so. Throws, with its words, when it ends instead. */
export async function serve(
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
  isReady: () => Promise<boolean>,
): Promise<Serving> {
  const [program = '', ...words] = argv;
  const child = spawn(program, words, {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  running.add(child);
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-2000);
  });
  const ended = new Promise<void>((resolve) => {
    child.once('error', () => resolve()).once('close', () => resolve());
  });
  const { pid } = child;
  for (const limit = Date.now() + START_LIMIT_MS; pid !== undefined && Date.now() < limit; await sleep(50)) {
    if (child.exitCode !== null) break;
    if (!(await isReady())) continue;
    const stop = async () => {
      child.kill('SIGTERM');
      await ended;
      running.delete(child);
    };
    return { service: { pid, countsMemory: true }, stop };
  }
  child.kill('SIGKILL');
  throw new Error(`${argv.join(' ')} does not serve: ${said}`);
}

/** Whether somebody answers at this URL. */
export async function answersHttp(url: string): Promise<boolean> {
  try {
    const response = await fetch(url);
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}
