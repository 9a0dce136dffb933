import type { Counts, RunStatus } from '../domain/run.js';
import type { Failure, StepName } from '../steps/step.js';

/** The lock of one step: a row taken by a conditional update, kept by a heartbeat. */
export interface Leases {
  /** Answers the token of the lease, or who holds it. `ttl` in ms. */
  take(name: StepName, holder: Holder, ttl: number): Promise<{ token: string } | { heldBy: HeldBy }>;
  /** Prolongs the lease; false when it is no longer the token's. */
  renew(name: StepName, token: string, ttl: number): Promise<boolean>;
  release(name: StepName, token: string): Promise<void>;
  /** Who has the lease, seen from a process on `host`; null when nobody has. */
  look(name: StepName, host: string): Promise<Standing | null>;
}

export interface Holder {
  readonly host: string;
  readonly pid: number;
}

/** Who runs a step, and since when (ms since 1970). */
export interface HeldBy extends Holder {
  readonly since: number;
}

/** A lease that somebody has, or had until his time was over. */
export interface Standing extends HeldBy {
  readonly token: string;
  /** How long it runs on by the database's clock, ms; not above 0 when its time is over. */
  readonly left: number;
  readonly process: 'alive' | 'gone' | 'elsewhere';
}

export interface RunStart {
  readonly step: StepName;
  readonly dryRun: boolean;
  readonly origin: 'cron' | 'hand' | 'http';
  readonly host: string;
  readonly pid: number;
  readonly version: string;
  /** ms since 1970 */
  readonly started: number;
}

/** The rows of `orderbak_run` and `orderbak_run_failure`. */
export interface Runs {
  start(run: RunStart): Promise<number>;
  progress(run: number, counts: Counts, bytes: number): Promise<void>;
  failures(run: number, failures: readonly Failure[]): Promise<void>;
  finish(
    run: number,
    status: RunStatus,
    counts: Counts,
    bytes: number,
    ended: number,
    error: string | null,
  ): Promise<void>;
}

/** A plan put aside: written once, then read once, in order. Entries are kept as JSON. */
export interface Spool {
  write(entry: unknown): Promise<void>;
  read(): AsyncIterable<unknown>;
  close(): Promise<void>;
}

/** Told how a run goes, for somebody who looks on. */
export interface Watcher {
  planning(step: StepName): void;
  started(files: number, bytes: number): void;
  moved(bytes: number): void;
  advanced(counts: Counts): void;
  finished(): void;
}
