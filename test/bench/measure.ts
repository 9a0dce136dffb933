import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Cost } from './figures.js';
import { type Service, usageOf } from './service.js';
import { needed } from './tools.js';

export interface Command {
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Files that stand for the three streams; by default there is nothing to read, and nobody reads. */
  readonly stdin?: string;
  readonly stdout?: string;
  /** Programs whose work is this command's too. */
  readonly services?: readonly Service[];
  /** How it may end; by default well. */
  readonly codes?: readonly number[];
}

let serial = 0;

/**
 * Runs a command and answers what it cost, with all processes that it waits for (GNU time asks the kernel) and with
 * what its services did meanwhile. Throws when it ends badly.
 */
export function measure(command: Command): Promise<Cost> {
  const report = path.join(tmpdir(), `orderbak-bench-${process.pid}-${++serial}`);
  const time = needed('time', 'time');
  return measureWork(command.services ?? [], async () => {
    try {
      await run({ ...command, argv: [time, '-q', '-o', report, '-f', '%U %S %M', ...command.argv] });
      const [user = 0, system = 0, kilobytes = 0] = readFileSync(report, 'utf8')
        .trim()
        .split(' ')
        .map(Number);
      return { cpu: user + system, memory: kilobytes * 1024 };
    } finally {
      rmSync(report, { force: true });
    }
  });
}

/** Does some work and answers what it cost, with what these services did meanwhile; `work` answers its own part. */
export async function measureWork(
  services: readonly Service[],
  work: () => Promise<Omit<Cost, 'wall'>>,
): Promise<Cost> {
  const before = services.map((service) => usageOf(service, true));
  const start = performance.now();
  const own = await work();
  const wall = (performance.now() - start) / 1000;
  const after = services.map((service) => usageOf(service));
  const served = after.reduce((sum, { cpu }, i) => sum + cpu - (before[i]?.cpu ?? 0), 0);
  return { wall, cpu: own.cpu + served, memory: Math.max(own.memory, ...after.map(({ memory }) => memory)) };
}

/** Runs a command to its end. Throws, with its last words, when it ends badly. */
export function run({ argv, env, cwd, stdin, stdout, codes = [0] }: Command): Promise<void> {
  const [program = '', ...words] = argv;
  const input = stdin === undefined ? ('ignore' as const) : openSync(stdin, 'r');
  const output = stdout === undefined ? ('ignore' as const) : openSync(stdout, 'w');
  const child = spawn(program, words, {
    cwd,
    env: { PATH: process.env.PATH, HOME: tmpdir(), LC_ALL: 'C.UTF-8', ...env },
    stdio: [input, output, 'pipe'],
  });
  for (const stream of [input, output]) if (typeof stream === 'number') closeSync(stream);
  let errors = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-2000);
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code !== null && codes.includes(code)) resolve();
      else reject(new Error(`${argv.join(' ').slice(0, 300)} ended with ${code ?? signal}: ${errors}`));
    });
  });
}
