/** Why somebody is to hear of a run: `cause` is the same for the same trouble, night after night. */
export interface Trouble {
  readonly cause: string;
  readonly kind: 'failure' | 'held';
}

/** What was told: by cause, the step that met it and the day (`2026-11-22`) of the last alarm. */
export type AlarmBook = Readonly<Record<string, { readonly step: string; readonly day: string }>>;

/** What is to be told of a run. */
export interface Notice {
  readonly event: 'failure' | 'held' | 'recovery';
  readonly causes: readonly string[];
}

/** How a run ended, as far as alarms go. */
export interface Ended {
  readonly step: string;
  /** Why it ended before its end: `isAway` where that is the world's fault, and every step meets it. */
  readonly stopped: { readonly code: string; readonly isAway: boolean } | null;
  /** The codes of files that failed. */
  readonly failed: readonly string[];
  readonly held: number;
}

/** What is wrong with a run. */
export function troublesOf({ step, stopped, failed, held }: Ended): Trouble[] {
  const causes = [
    ...(stopped === null ? [] : [stopped.isAway ? stopped.code : `${step} ${stopped.code}`]),
    ...failed.filter((code) => code !== stopped?.code).map((code) => `${step} ${code}`),
  ];
  const failures = [...new Set(causes)].map((cause) => ({ cause, kind: 'failure' as const }));
  return held > 0 ? [...failures, { cause: `${step} held`, kind: 'held' }] : failures;
}

/**
 * One alarm a cause and day. When the step that met a trouble first has none any more, that is told once. Answers what is
 * to be told, null where nothing is, and the book to keep.
 */
export function judgeAlarm(
  book: AlarmBook,
  step: string,
  troubles: readonly Trouble[],
  day: string,
): { readonly notice: Notice | null; readonly book: AlarmBook } {
  const now = new Set(troubles.map(({ cause }) => cause));
  const isOver = ([cause, entry]: [string, AlarmBook[string]]) => entry.step === step && !now.has(cause);
  const over = Object.entries(book).filter(isOver);
  const kept = Object.entries(book).filter((entry) => !isOver(entry));
  const fresh = troubles.filter(({ cause }) => book[cause]?.day !== day);
  const told = fresh.map(({ cause }) => [cause, { step, day }] as const);
  const recovery = troubles.length > 0 ? null : recoveryOf(over);
  return {
    notice: fresh.length > 0 ? alarmOf(fresh) : recovery,
    book: { ...Object.fromEntries(kept), ...Object.fromEntries(told) },
  };
}

function alarmOf(fresh: readonly Trouble[]): Notice {
  const event = fresh.some(({ kind }) => kind === 'failure') ? 'failure' : 'held';
  return { event, causes: fresh.map(({ cause }) => cause) };
}

function recoveryOf(over: readonly (readonly [cause: string, entry: unknown])[]): Notice | null {
  return over.length === 0 ? null : { event: 'recovery', causes: over.map(([cause]) => cause) };
}
