import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/** Kinds of calls, each by the names that it has in the kernel. */
export const CALLS = {
  open: ['openat'],
  read: ['getdents64', 'pread64'],
  write: ['write', 'pwrite64', 'pwritev'],
  fsync: ['fsync', 'fdatasync'],
  rename: ['rename', 'renameat2'],
  unlink: ['unlink', 'unlinkat'],
  mkdir: ['mkdir'],
  send: ['writev', 'sendto', 'sendmsg'],
} as const;
export type CallKind = keyof typeof CALLS;
export const WRITING_CALLS: readonly CallKind[] = ['open', 'write', 'fsync', 'rename', 'unlink', 'mkdir'];
export const ALL_CALLS: readonly CallKind[] = [...WRITING_CALLS, 'read'];

export function isOf(call: Call, kind: CallKind): boolean {
  return (CALLS[kind] as readonly string[]).includes(call.name);
}

/** One call that a run made: the n-th of its name in its thread, as strace counts. */
export interface Call {
  readonly name: string;
  readonly nth: number;
  readonly thread: string;
  readonly line: string;
}

/** Why strace cannot be used here; null when it can. */
export async function noStrace(): Promise<string | null> {
  try {
    await promisify(execFile)('strace', ['-qq', '-e', 'trace=none', 'true']);
    return null;
  } catch {
    return 'strace is missing, or may not trace';
  }
}

/** What stands before Node so that strace writes all these calls to a log; `inject` breaks some of them. */
export function straced(log: string, kinds: readonly CallKind[], inject?: string): string[] {
  const names = kinds.flatMap((kind) => CALLS[kind]);
  return [
    // One thread for files: then the n-th call is the same call in every run.
    ...['strace', '-f', '-qq', '-y', '-s', '300', '-E', 'UV_THREADPOOL_SIZE=1', '-o', log],
    // Quicker, but with it strace 6.1 injects nothing.
    ...(inject === undefined ? ['--seccomp-bpf'] : []),
    ...['-e', `trace=${names.join(',')}`, '-e', 'signal=none'],
    ...(inject === undefined ? [] : ['-e', `inject=${inject}`]),
  ];
}

/** Reads a log: every call in order, with its thread and its number in that thread. */
export async function readCalls(log: string): Promise<Call[]> {
  const counts = new Map<string, number>();
  const calls: Call[] = [];
  for (const line of (await readLog(log)).split('\n')) {
    const [, thread = '', name] = /^(\d+) +(\w+)\(/.exec(line) ?? [];
    if (name === undefined) continue;
    const key = `${thread} ${name}`;
    const nth = (counts.get(key) ?? 0) + 1;
    counts.set(key, nth);
    // Beside each call strace says in which folder the process stands.
    calls.push({ name, nth, thread, line: line.replace(/AT_FDCWD<[^>]*>/g, 'AT_FDCWD') });
  }
  return calls;
}

/** Whether a call is about the files of a scene, by their path or through an open folder (`/proc/<pid>/fd/…`). */
export function touchesShop(call: Call): boolean {
  return call.line.includes('/orderbak-scene-') || /"\/proc\/\d+\/fd\/\d+/.test(call.line);
}

/** Whether strace made a call fail or lie, by its log; of a signal the log says nothing. */
export async function hasInjected(log: string): Promise<boolean> {
  return (await readLog(log)).includes('(INJECTED)');
}

/** strace holds its program still for a moment before it makes its log. */
async function readLog(log: string): Promise<string> {
  try {
    return await readFile(log, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}
