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

/** How names in a folder that is held open are written on Linux: to a person it says nothing. */
const HANDLE = /\/proc\/\d+\/fd\/\d+\/?/g;

/** The words of an unknown thrown value. */
export function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(HANDLE, '');
}

/** The system's code of an error (`ENOENT`, `ER_DUP_ENTRY` …), or '' when it has none. */
export function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}
