import type { Counts, PartRecord, RunRecord, RunStatus, Wanted } from '../domain/run.js';
import type { Entry, Failure, Held, StepName } from '../steps/step.js';

/** The lock of one step: a row taken by a conditional update, kept by a heartbeat. */
export interface Leases {
  /** Answers the token of the lease, or who holds it. `ttl` in ms. */
  take(name: StepName, holder: Holder, ttl: number): Promise<{ token: string } | { heldBy: HeldBy }>;
  /** Prolongs the lease; false when it is no longer the token's. */
  renew(name: StepName, token: string, ttl: number): Promise<boolean>;
  release(name: StepName, token: string): Promise<void>;
  /** Who has the lease, seen from a process on `host`; null when nobody has. */
  standing(name: StepName, host: string): Promise<Standing | null>;
}

/** A process, by its machine's name and its id there. */
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

/** Whether somebody at a terminal began a run, who could look on; `cron` stands for all else. */
export type Origin = 'cron' | 'hand';

/** What is written down of a run when it begins. */
export interface RunStart extends Holder {
  readonly step: StepName | 'run';
  readonly dryRun: boolean;
  readonly origin: Origin;
  readonly user: string;
  readonly version: string;
  /** ms since 1970 */
  readonly started: number;
  readonly kin: Kin;
  /** What the run was told, as JSON, so that it can be gone on with. */
  readonly told: string;
  /** Where it can be told on its own machine to look what is wanted of it; null where it cannot. */
  readonly doorbell: string | null;
}

/** The other runs that a run belongs to. */
export interface Kin {
  /** The night whose step it is, and the row that waits for it. */
  readonly night: { readonly id: number; readonly row: number } | null;
  /** The run that it goes on for, or whose failures it tries again. */
  readonly resumes: number | null;
}

/** A run that is written down. */
export interface RunRow {
  readonly id: number;
  readonly kin: Kin;
}

/** How a run goes: all of it, and what is new since it was told last. */
export interface Progress
  extends Pick<
    RunRecord,
    | 'status'
    | 'counts'
    | 'bytes'
    | 'bytesPlanned'
    | 'rate'
    | 'leftMs'
    | 'parts'
    | 'partsDone'
    | 'lastOrder'
    | 'errors'
    | 'lastError'
  > {
  /** When it was so, ms since 1970. */
  readonly at: number;
  /** Parts that changed. */
  readonly changed: readonly Omit<PartRecord, 'wanted'>[];
  readonly failures: readonly NewFailure[];
  readonly held: readonly Held[];
  /** Rows of earlier failures that are settled now. */
  readonly settled: readonly number[];
}

/** A failure as it is written down: `open` = it is tried again. */
export interface NewFailure extends Failure {
  readonly order: number | null;
  readonly attempts: number;
  readonly open: boolean;
}

/** A failure of an earlier run that is not settled: `row` of `orderbak_run_failure`; `failed` ms since 1970. */
export interface OpenFailure {
  readonly row: number;
  readonly run: number;
  readonly message: string;
  readonly attempts: number;
  readonly failed: number;
}

/** The failures of a step that are not settled, by the keys of their files: any number of them. */
export interface FailureBook {
  readonly isEmpty: boolean;
  /** The failure of a file, which this run has met from now on; undefined where there is none. */
  meet(key: string): OpenFailure | undefined;
  /** The rows of failures whose files were not met. */
  unmet(): number[];
  close(): void;
}

/** What somebody wants of a run, and of single orders of it. */
export interface Wishes {
  readonly run: Wanted | null;
  readonly orders: ReadonlyMap<number, Wanted>;
  /** The orders that somebody named, and of which the run has told nothing yet. */
  readonly untold: readonly number[];
}

/** How a run ended. */
export interface Ending {
  readonly status: RunStatus;
  readonly error: string | null;
  readonly exit: number;
}

/** The rows of `orderbak_run`, `orderbak_run_part` and `orderbak_run_failure`. */
export interface Runs {
  /** Answers its id, and the doorbells of processes of its machine that died in this step. */
  start(run: RunStart): Promise<{ run: number; bells: string[] }>;
  /** Makes rows for the steps of a night, which wait for their turn; answers their ids. */
  await(night: number, start: Omit<RunStart, 'step'>, steps: readonly StepName[]): Promise<number[]>;
  /** A night is alive, and so are those of its steps that wait. */
  hear(night: number): Promise<void>;
  openFailures(step: StepName): Promise<FailureBook>;
  /** Writes down how a run goes, and answers what somebody wants of it. */
  tell(run: RunRow, progress: Progress): Promise<Wishes>;
  /** Forgets what somebody wants of orders that the run does not have. */
  disown(run: number, orders: readonly number[]): Promise<void>;
  finish(run: number, ending: Ending, now: number): Promise<void>;
  /** Forgets runs that ended before a moment (ms since 1970), but never the last of a step. Answers how many. */
  forget(before: number): Promise<number>;
}

/** A plan put aside: written once, then read once, in order. Entries are kept as JSON. */
export interface Spool {
  write(entry: unknown): Promise<void>;
  read(): AsyncIterable<unknown>;
  close(): Promise<void>;
}

/** Lets other processes of this machine tell a run to look at what is wanted of it. */
export interface Doorbell {
  /** Where to ring. */
  readonly path: string;
  close(): Promise<void>;
}

/** Where events are written down for whoever looks for one later: a line each. */
export interface Log {
  write(level: 'info' | 'warn' | 'error', message: string, fields: object): void;
}

/** Told how a run goes, for somebody who looks on. */
export interface Watcher {
  planning(step: StepName): void;
  /** In a dry run: what would be done, resolved when more may come. Who does not want to know has none. */
  planned?(entries: readonly Entry[]): Promise<void>;
  /** A question to another machine has no answer yet, and is asked again. */
  retrying?(why: string): void;
  started(files: number, bytes: number): void;
  moved(bytes: number): void;
  advanced(counts: Counts): void;
  finished(): void;
}

/** A watcher for nobody. */
export const SILENT_WATCHER: Watcher = {
  planning: () => {},
  started: () => {},
  moved: () => {},
  advanced: () => {},
  finished: () => {},
};
