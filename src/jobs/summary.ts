import { type Counts, noCounts, type RunStatus } from '../domain/run.js';
import { EXIT, type ExitCode, type OrderbakError } from '../errors.js';
import type { Entry, Failure, Held, Outcome, Planned, StepName } from '../steps/step.js';
import type { Journal } from './journal.js';

/** What is told of a run: the object that `--json` prints, and the exit code. */
export interface Summary {
  readonly ok: boolean;
  readonly command: StepName;
  readonly run: number | null;
  readonly dryRun: boolean;
  readonly counts: Readonly<Counts>;
  readonly bytes: number;
  readonly elapsedMs: number;
  readonly held: readonly Held[];
  readonly errors: readonly Failure[];
  readonly notes: readonly string[];
  readonly exit: ExitCode;
  /** Why the run ended before its end; null when it did not. */
  readonly stopped: OrderbakError | null;
  /** Somebody asked it to end: a signal, or `jobs cancel`. */
  readonly interrupted: boolean;
  /** What such a run has begun and the next one ends. */
  readonly left?: string;
}

/** What scripts are told of a run. */
export function summaryObject({
  exit: _exit,
  stopped: _stopped,
  interrupted: _interrupted,
  left: _left,
  ...told
}: Summary) {
  return told;
}

const MOST_ENTRIES = 100;

/** Adds up a run as it goes; keeps the first hundred of each list, and counts all. */
export class Tally {
  readonly counts = noCounts();
  readonly held: Held[] = [];
  readonly errors: Failure[] = [];
  readonly notes: string[] = [];
  bytes = 0;
  bytesPlanned = 0;
  seen = 0;
  /** Of the planned files, those that are not there to be removed. */
  absent = 0;

  /** `journal` hears of all, the lists hold the first. */
  constructor(private readonly journal: Journal | null = null) {}

  addPlanned(planned: Planned<unknown>): void {
    if (planned.kind === 'do') {
      this.counts.planned += planned.files;
      this.bytesPlanned += planned.bytes;
      this.absent += planned.absent ?? 0;
    } else if (planned.kind === 'held') this.add({ held: [planned.held] });
    else if (planned.kind === 'failed') this.add({ failed: [planned.failed] });
    else this.seen += planned.files;
  }

  /** `entries`: the files of which it came, where that is known. */
  add(outcome: Outcome, entries: readonly Entry[] = []): void {
    this.journal?.came(outcome, entries);
    this.counts.planned += outcome.planned ?? 0;
    this.counts.done += outcome.done ?? 0;
    this.counts.skipped += outcome.skipped ?? 0;
    this.counts.held += outcome.held?.length ?? 0;
    this.counts.failed += outcome.failed?.length ?? 0;
    this.bytes += outcome.bytes ?? 0;
    keepSome(this.held, outcome.held);
    keepSome(this.errors, outcome.failed);
    keepSome(this.notes, outcome.notes);
  }

  /** A whole item broke: one entry stands for its `files` files, which may not have been counted yet. */
  addBroken(failure: Failure, files: number, entries: readonly Entry[]): void {
    this.journal?.failed(failure, entries);
    this.counts.failed += Math.max(files, 1);
    keepSome(this.errors, [failure]);
  }
}

function keepSome<T>(list: T[], more: readonly T[] | undefined): void {
  list.push(...(more ?? []).slice(0, MOST_ENTRIES - list.length));
}

/** How a run went that is summed up; `elapsedMs` in ms. */
interface Ended
  extends Pick<Summary, 'command' | 'run' | 'dryRun' | 'elapsedMs' | 'stopped' | 'interrupted'> {
  readonly tally: Tally;
}

/** Sums a run up. A run that was stopped names the reason among its errors. */
export function summarise({ tally, ...ended }: Ended): Summary {
  const { command, run, dryRun, elapsedMs, stopped, interrupted } = ended;
  // Who names files to bring back takes 0 for all of them being back.
  const missed = tally.counts.failed + (command === 'restore-trash' ? tally.counts.held : 0);
  const exit = stopped?.exit ?? (missed > 0 ? EXIT.partial : EXIT.done);
  const reason: Failure[] = stopped
    ? [{ id: null, path: '', code: stopped.code, message: stopped.message }]
    : [];
  return {
    ok: exit === EXIT.done && !interrupted,
    command,
    run,
    dryRun,
    counts: tally.counts,
    bytes: dryRun ? tally.bytesPlanned : tally.bytes,
    elapsedMs,
    held: tally.held,
    errors: [...reason, ...tally.errors].slice(0, MOST_ENTRIES),
    notes: tally.notes,
    exit,
    stopped,
    interrupted,
  };
}

/** A run that could not begin, in the shape of one that did. */
export function couldNotBegin(command: StepName, dryRun: boolean, stopped: OrderbakError): Summary {
  const tally = new Tally();
  return summarise({ command, run: null, dryRun, tally, elapsedMs: 0, stopped, interrupted: false });
}

/** How a run that is summed up has ended. */
export function statusOf({ interrupted, exit }: Summary): RunStatus {
  // What another process is doing has not failed.
  if (interrupted || exit === EXIT.busy) return 'cancelled';
  return exit === EXIT.done || exit === EXIT.partial ? 'completed' : 'failed';
}

/** A run that went well up to its end, and the troubles of what belongs to its end. */
export function withTroubles(summary: Summary, other: Summary): Summary {
  const { held, errors } = other;
  const counts = {
    ...summary.counts,
    held: summary.counts.held + other.counts.held,
    failed: summary.counts.failed + other.counts.failed,
  };
  // Exit 5 is the word that nothing was removed.
  const exit = other.exit === EXIT.stopped && counts.done > 0 ? EXIT.failed : other.exit;
  const ended = other.ok ? {} : { ok: false, exit, stopped: other.stopped };
  return {
    ...summary,
    ...ended,
    counts,
    held: [...summary.held, ...held].slice(0, MOST_ENTRIES),
    errors: [...summary.errors, ...errors].slice(0, MOST_ENTRIES),
  };
}
