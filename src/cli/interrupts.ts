/** Listens for SIGINT and SIGTERM: the first asks to stop after the item in hand, the second ends at once. */
export interface Interrupts {
  readonly signal: AbortSignal;
  /** 130 or 143 once a signal came; null before. */
  exitCode(): number | null;
  dispose(): void;
}

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/** Starts listening; `first` is called with the first signal. */
export function watchInterrupts(first: () => void): Interrupts {
  const stop = new AbortController();
  let code: number | null = null;
  const hear = (name: NodeJS.Signals) => {
    const exit = name === 'SIGINT' ? EXIT_CODES.SIGINT : EXIT_CODES.SIGTERM;
    if (code !== null) process.exit(exit);
    code = exit;
    first();
    stop.abort(new Error('interrupted'));
  };
  process.on('SIGINT', hear);
  process.on('SIGTERM', hear);
  return {
    signal: stop.signal,
    exitCode: () => code,
    dispose: () => {
      process.off('SIGINT', hear);
      process.off('SIGTERM', hear);
    },
  };
}
