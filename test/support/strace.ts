import { spawnSync } from 'node:child_process';
import { findProgram, installPackage, mayInstall } from './mariadb-program.js';

/** Makes system calls on some paths fail, as a disk would that breaks or is full. */
export interface Fault {
  readonly paths: readonly string[];
  readonly calls: readonly string[];
  /** What the call answers: `EIO`, `ENOSPC` … */
  readonly error: string;
  /** Which of the calls on these paths, from 1: `1`, `2+` … */
  readonly when: string;
  /** Where each of these calls is written down, in the order of time, with those of `watch`. */
  readonly log: string;
  readonly watch?: readonly string[];
}

/** strace; undefined, after a word on stderr, where it is missing or the machine does not let it work. */
export function findStrace(): string | undefined {
  try {
    if (findProgram('strace') === undefined && mayInstall()) installPackage('strace');
  } catch (error) {
    process.stderr.write(`${String(error)}\n`);
  }
  const program = findProgram('strace');
  if (
    program !== undefined &&
    spawnSync(program, ['-f', '--seccomp-bpf', '-o', '/dev/null', 'true']).status === 0
  )
    return program;
  process.stderr.write('strace cannot be used here: the tests of disks that fail are skipped\n');
  return undefined;
}

/** The command that another program is run under, so that it meets the fault. The program needs one thread for its disk work (`ONE_THREAD`). */
export function underFault(strace: string, { paths, calls, error, when, log, watch = [] }: Fault): string[] {
  // Not every machine has every call.
  const names = (some: readonly string[]) => some.map((name) => `?${name}`).join(',');
  return [
    strace,
    '-f',
    // Else each of the thousands of calls with which a program loads would stop it twice.
    '--seccomp-bpf',
    '-qq',
    ...['-o', log],
    ...paths.flatMap((path) => ['-P', path]),
    ...['-e', `trace=${names([...calls, ...watch])}`],
    ...['-e', `inject=${names(calls)}:error=${error}:when=${when}`],
  ];
}

/** The command that another program is run under, so that all of it stands still right after each of these calls, until it gets a SIGCONT. */
export function underPause(strace: string, calls: readonly string[]): string[] {
  const names = calls.map((name) => `?${name}`).join(',');
  // As a child of its own, so that the command's process is the program's.
  const quiet = ['-D', '-f', '-qq', '-o', '/dev/null', '-e', 'signal=none'];
  return [strace, ...quiet, '-e', `trace=${names}`, '-e', `inject=${names}:signal=SIGSTOP`];
}

/** strace counts the calls of each thread by itself. */
export const ONE_THREAD = { UV_THREADPOOL_SIZE: '1' };
