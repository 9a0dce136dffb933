import { nextTry } from '../domain/retry.js';
import type { Entry, Failure, Held } from '../steps/step.js';
import { keyOf } from './parts.js';
import type { FailureBook, NewFailure } from './ports.js';

/** By what rules files are tried again. `now` is ms since 1970. */
export interface RetryRules {
  /** How often a file may fail before it waits for a person. */
  readonly most: number;
  readonly now: number;
  /** Whether somebody named what is to be done: then nothing is left out for having failed. */
  readonly named: boolean;
  /** The run of which just what failed is to be done; null = all. */
  readonly failedIn: number | null;
  /** Whether files of this step are tried again by themselves at all. */
  readonly again: boolean;
}

/** What failed before: which of it is left out this time, and what becomes of it. */
export class Retries {
  constructor(
    private readonly open: FailureBook,
    private readonly rules: RetryRules,
  ) {}

  /** Whether no file is left out. */
  get leavesNone(): boolean {
    return this.open.isEmpty && this.rules.failedIn === null;
  }

  /** Whether a file is asked for. */
  wants(entry: Entry): boolean {
    const { failedIn } = this.rules;
    return failedIn === null || this.open.meet(keyOf(entry))?.run === failedIn;
  }

  /** Why a file is left out this time; null when it is not. */
  leftOut(entry: Entry): Held | null {
    const failure = this.open.meet(keyOf(entry));
    if (failure === undefined) return null;
    const { most, now, named } = this.rules;
    const next = nextTry(failure, most);
    if (named || (next !== null && next <= now)) return null;
    const times = `it failed ${failure.attempts} times, last with: ${failure.message}`;
    const when =
      next === null ? 'it waits for a person' : `it is tried again ${new Date(next).toISOString()}`;
    return { id: entry.id, path: entry.path, reason: `${times}; ${when}` };
  }

  /** A failure as it is to be written down, and the rows that it replaces. */
  failed(failure: Failure, order: number | null): { failure: NewFailure; settled: number[] } {
    const before = this.open.meet(keyOf(failure));
    const attempts = (before?.attempts ?? 0) + 1;
    const settled = before === undefined ? [] : [before.row];
    return { failure: { ...failure, order, attempts, open: this.rules.again }, settled };
  }

  /** The rows that are settled by these files, which went well. */
  went(entries: readonly Entry[]): number[] {
    if (this.open.isEmpty) return [];
    return entries.flatMap((entry) => this.open.meet(keyOf(entry))?.row ?? []);
  }

  /** The rows of files that a whole plan no longer names. */
  vanished(): number[] {
    return this.open.unmet();
  }

  /** Nothing is asked any more. */
  close(): void {
    this.open.close();
  }
}
