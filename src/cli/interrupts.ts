/** Listens for SIGINT, SIGTERM and SIGHUP: the first asks to stop after the item in hand, the second ends at once. */
export interface Interrupts {
  readonly signal: AbortSignal;
  /** 129, 130 or 143 once a signal came; null before. */
  exitCode(): number | null;
  dispose(): void;
}

const EXIT_CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
/** The exit code of what was interrupted, also in another way than by a signal (`jobs cancel`). */
export const INTERRUPTED = EXIT_CODES.SIGINT;
type Name = keyof typeof EXIT_CODES;

/** How the process ends after a run: as the signal says that came, else as the run. */
export function exitAfter(
  interrupts: Interrupts,
  run: { readonly exit: number; readonly interrupted: boolean },
): number {
  return interrupts.exitCode() ?? (run.interrupted ? INTERRUPTED : run.exit);
}

/** Starts listening; `first` is called with the first signal, if somebody can still read what it says. */
export function watchInterrupts(first: () => void): Interrupts {
  const stop = new AbortController();
  let code: number | null = null;
  const hear = (name: Name) => {
    if (name === 'SIGHUP' && isUnderNohup()) return;
    // A terminal that is closed may tell both its shell and us.
    if (code === EXIT_CODES.SIGHUP && name === 'SIGHUP') return;
    if (code !== null) process.exit(EXIT_CODES[name]);
    code = EXIT_CODES[name];
    if (name === 'SIGHUP') process.once('exit', endAsHungUp);
    else first();
    stop.abort(new Error('interrupted'));
  };
  const heard = (['SIGHUP', 'SIGINT', 'SIGTERM'] as const).map((name) => [name, () => hear(name)] as const);
  for (const [name, listener] of heard) process.on(name, listener);
  return {
    signal: stop.signal,
    exitCode: () => code,
    dispose: () => {
      for (const [name, listener] of heard) process.off(name, listener);
    },
  };
}

/** At its end Node restores the terminal's settings, and aborts where the terminal is gone: the signal itself ends it instead. */
function endAsHungUp(): void {
  // There Node gives nothing back, and a process cannot send this signal.
  if (process.platform === 'win32') return;
  const { stdin, stdout, stderr } = process;
  if (![stdin, stdout, stderr].some(({ isTTY }) => isTTY)) return;
  process.removeAllListeners('SIGHUP');
  process.kill(process.pid, 'SIGHUP');
}

/** Node no longer ignores SIGHUP when it has started, whatever nohup said; but bash, zsh and ksh tell in `$_` what was typed. */
function isUnderNohup(): boolean {
  return /(^|\/)nohup$/.test(process.env._ ?? '');
}
