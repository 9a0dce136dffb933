/** What a script sees of a run: the process's exit code. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  partial: 3,
  refused: 4,
  stopped: 5,
  busy: 11,
  away: 75,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/**
 * An error that a person can act on: what failed (`message`), what to do (`hint`), and how the process ends.
 * `code` is a short stable word for scripts.
 */
export class OrderbakError extends Error {
  readonly code: string;
  readonly exit: ExitCode;
  readonly hint: string | undefined;

  constructor(exit: ExitCode, code: string, message: string, hint?: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'OrderbakError';
    this.exit = exit;
    this.code = code;
    this.hint = hint;
  }
}

/** Whether it may pass by itself (exit 75): what was asked for is away, and it is worth asking again. */
export function isAway(error: unknown): error is OrderbakError {
  return error instanceof OrderbakError && error.exit === EXIT.away;
}

/** Not a failure: what was found is not certain to be what it should be, so the file is kept and the reason told. */
export class Doubt extends Error {
  override readonly name = 'Doubt';
}

/** For `catch`: null for a doubt; any other error is thrown on. */
export function nullIfDoubt(error: unknown): null {
  if (error instanceof Doubt) return null;
  throw error;
}

/** How names in a folder that is held open are written on Linux: to a person it says nothing. */
const HANDLE = /\/proc\/\d+\/fd\/\d+\/?/g;

/** What the system's short words about a disk mean, and what to do. */
const DISK_WORDS = new Map([
  ['ENOSPC', 'the disk is full, or has no room for one more file; free space there'],
  ['EDQUOT', 'this user has used up the share of the disk that is his (quota); free space there'],
  [
    'EFBIG',
    'the disk takes no file of that size, as FAT32 none of 4 GiB; use a disk with exFAT, NTFS or a file system of Linux',
  ],
  ['EROFS', 'the disk is mounted read-only, as after a fault of its own; look at it, and mount it anew'],
  ['EIO', 'the disk, or what is mounted there, fails; look at it before anything else'],
  ['ENOTCONN', 'what was mounted there is gone; mount it again'],
  ['ESTALE', 'what was mounted there is gone; mount it again'],
]);
// Elsewhere it has other meanings.
if (process.platform === 'win32')
  DISK_WORDS.set('EBUSY', 'another program, such as a virus scanner or a viewer, holds it open');

/** The words of an unknown thrown value; of a disk's fault also what it means. */
export function messageOf(error: unknown): string {
  const message = (error instanceof Error ? error.message : String(error)).replace(HANDLE, '');
  // An error that came from another thread has no `syscall`, and these words already.
  const words = error instanceof Error && 'syscall' in error ? DISK_WORDS.get(codeOf(error)) : undefined;
  return words === undefined ? message : `${message}: ${words}`;
}

/** The system's code of an error (`ENOENT`, `ER_DUP_ENTRY` …), or '' when it has none. */
export function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}
