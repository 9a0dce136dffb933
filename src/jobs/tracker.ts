import type { Clock } from '../domain/clock.js';
import { type PacePoint, paceOf } from '../domain/pace.js';
import type { RunStatus } from '../domain/run.js';
import type { Entry, Failure, Outcome } from '../steps/step.js';
import { keyOf, Parts } from './parts.js';
import type { NewFailure, Progress } from './ports.js';
import type { Retries } from './retries.js';
import type { Tally } from './summary.js';

/** The pace is taken from so long a time, ms. */
const WINDOW = 20_000;

/** Gathers how a run goes, between two moments at which it is written down. */
export class Tracker {
  readonly parts = new Parts();
  private failures: NewFailure[] = [];
  private settled: number[] = [];
  private errors = 0;
  private lastError: string | null = null;
  /** Bytes that items in hand have moved so far; 0 in steps that do not say. */
  private moved = 0;
  private points: PacePoint[] = [];
  /** How many of the tally's held files have been told. */
  private heldTold = 0;
  private fresh = true;

  constructor(
    private readonly tally: Tally,
    private readonly retries: Retries,
    private readonly clock: Clock,
  ) {}

  /** Whether there is something new to be written down. */
  get isFresh(): boolean {
    return this.fresh;
  }

  move(bytes: number): void {
    this.moved += bytes;
    this.fresh = true;
  }

  touch(): void {
    this.fresh = true;
  }

  /** Orders with files in hand wait, or go on. */
  set(orders: readonly number[], status: 'running' | 'paused'): void {
    this.parts.set(orders, status);
    this.fresh = true;
  }

  /** What came of an item, or of a file of the plan that never came so far. */
  ended(entries: readonly Entry[], outcome: Outcome, isBrokenOff = false): void {
    this.fresh = true;
    this.parts.end(entries, outcome, isBrokenOff);
    const { done = 0, held = [], failed = [] } = outcome;
    for (const failure of failed) this.fail(failure, entries);
    // Of an item that was not done to its end nobody can tell which of its files went well.
    if (done + held.length + failed.length < entries.length) return;
    const troubled = new Set([...failed, ...held].map(keyOf));
    this.settled.push(...this.retries.went(entries.filter((entry) => !troubled.has(keyOf(entry)))));
  }

  /** A whole item broke: each of its files has failed. */
  broke(entries: readonly Entry[], failure: Failure): void {
    const each = entries.map(({ id, path }) => ({ ...failure, id, path }));
    this.ended(entries, { failed: each.length > 0 ? each : [failure] });
  }

  /** Settles the failures of files that a complete plan no longer names. */
  forgetVanished(): void {
    // These may be more than a call takes arguments.
    this.settled = this.settled.concat(this.retries.vanished());
    this.fresh = true;
  }

  /** How the run goes, with what is new since this was asked last. */
  take(status: RunStatus): Progress {
    const { counts, bytes, bytesPlanned } = this.tally;
    const { failures, settled, parts } = this;
    const held = this.tally.held.slice(this.heldTold);
    this.heldTold += held.length;
    this.failures = [];
    this.settled = [];
    this.fresh = false;
    const movedBytes = Math.max(bytes, this.moved);
    const handled = counts.done + counts.skipped + counts.failed;
    const at = this.clock();
    const pace = this.pace({ at, bytes: movedBytes, files: handled }, status);
    return {
      at,
      status,
      counts: { ...counts },
      bytes: movedBytes,
      bytesPlanned,
      ...pace,
      parts: parts.count,
      partsDone: parts.ended,
      lastOrder: parts.last,
      errors: this.errors,
      lastError: this.lastError,
      changed: parts.takeChanged(),
      failures,
      settled,
      held,
    };
  }

  /** What could not be written down is new again. */
  putBack({ failures, settled, changed, held }: Progress): void {
    this.heldTold -= held.length;
    this.failures = failures.concat(this.failures);
    this.settled = this.settled.concat(settled);
    this.parts.touch(changed.map(({ order }) => order));
    this.fresh = true;
  }

  private fail(failure: Failure, entries: readonly Entry[]): void {
    const order = entries.find((entry) => keyOf(entry) === keyOf(failure))?.order ?? null;
    const noted = this.retries.failed(failure, order);
    this.failures.push(noted.failure);
    this.settled.push(...noted.settled);
    this.errors += 1;
    this.lastError = failure.path === '' ? failure.message : `${failure.path}: ${failure.message}`;
  }

  private pace(now: PacePoint, status: RunStatus): { rate: number; leftMs: number | null } {
    // A pause is no part of the pace.
    if (status === 'paused') {
      this.points = [];
      return { rate: 0, leftMs: null };
    }
    this.points = [...this.points.filter(({ at }) => now.at - at <= WINDOW), now];
    const { counts, bytesPlanned } = this.tally;
    const bytes = this.moved > 0 && bytesPlanned > 0 ? bytesPlanned - now.bytes : null;
    return paceOf(this.points[0] ?? now, now, { bytes, files: counts.planned - now.files });
  }
}
