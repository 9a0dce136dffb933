import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import type { World } from './worlds.js';

export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly input?: string;
  readonly cwd?: string;
  /** Without the world's settings in the environment: a configuration file says it all. */
  readonly bare?: boolean;
  /** On which machine; by default `pull` is the office's, and all else the server's. */
  readonly machine?: 'server' | 'office';
  /** Another program file, such as an installed one. */
  readonly program?: string;
  /** What runs it, as `strace -f`; by default nothing stands before Node. */
  readonly wrap?: readonly string[];
  /** The account and group that run it, by number; only root may choose. */
  readonly uid?: number;
}

export const PROGRAM = path.resolve(import.meta.dirname, '../../bin/orderbak.js');

/** Only a hanging process meets this. */
const LIMIT_MS = 100_000;

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Runs one command as cron would: no terminal, hardly any environment, and each machine with its own settings. */
export function runOrderbak(
  world: World,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Finished> {
  return start(world, args, options).finished;
}

export interface Started {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
}

export function start(world: World, args: readonly string[], options: RunOptions = {}): Started {
  const [command = '', ...words] = [
    ...(options.wrap ?? []),
    process.execPath,
    options.program ?? PROGRAM,
    ...args,
  ];
  const account = options.uid === undefined ? {} : { uid: options.uid, gid: options.uid };
  const child = spawn(command, words, { ...placeOf(world, args, options), ...account, stdio: 'pipe' });
  running.add(child);
  const limit = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text;
  });
  // A command that ends without reading its input is no mistake of the test.
  child.stdin.on('error', () => {});
  child.stdin.end(options.input ?? '');
  const finished = new Promise<Finished>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearTimeout(limit);
      running.delete(child);
      resolve({ code, signal, ...output });
    });
  });
  return { child, finished };
}

/** The folder and the environment of a command on the machine where it belongs. */
export function placeOf(
  world: World,
  args: readonly string[],
  options: Pick<RunOptions, 'env' | 'cwd' | 'bare' | 'machine'>,
): { cwd: string; env: Record<string, string | undefined> } {
  const office = (options.machine ?? (args[0] === 'pull' ? 'office' : 'server')) === 'office';
  const settings = options.bare ? {} : office ? officeSettings(world) : serverSettings(world);
  const home = path.join(world.folder, office ? 'office' : 'home');
  return {
    cwd: options.cwd ?? home,
    env: { PATH: process.env.PATH, HOME: home, ...settings, ...options.env },
  };
}

function serverSettings(world: World): Record<string, string> {
  return {
    ORDERBAK_DATABASE_URL: world.databaseUrl,
    ORDERBAK_ORDERS_ROOT: world.root,
    ORDERBAK_SHOP_TIMEZONE: world.zone.name,
    ORDERBAK_SERVER_TOKEN: world.token,
  };
}

function officeSettings(world: World): Record<string, string> {
  return {
    // Port 9 is nobody's: a pull without a server must fail as it does in real life.
    ORDERBAK_PULL_URL: world.serving?.url ?? 'http://127.0.0.1:9',
    ORDERBAK_PULL_TOKEN: world.token,
    ORDERBAK_PULL_STORE: world.store,
  };
}
