/** Where a run, or the part of a run that is one order, stands. */
export type RunStatus = 'pending' | 'running' | 'paused' | 'completed' | 'failed' | 'cancelled' | 'lost';

/** What somebody wants of a run or of a part; null = that it simply goes on. */
export type Wanted = 'pause' | 'cancel';

/** What becomes of a file in a run. */
export const COUNTED = ['planned', 'done', 'skipped', 'held', 'failed'] as const;

/** How many files were planned, and what became of them. */
export type Counts = Record<(typeof COUNTED)[number], number>;

/** The counts of a run that has planned nothing yet. */
export function noCounts(): Counts {
  return { planned: 0, done: 0, skipped: 0, held: 0, failed: 0 };
}

/** How long a lease runs on after its process was last heard of, and a run may be silent before it counts as lost, ms. */
export const LEASE_TTL = 60_000;

/** What is kept of one execution of a step, or of a whole night (its `step` is `run`). Moments are ms since 1970. */
export interface RunRecord {
  readonly id: number;
  /** The night to which it belongs. */
  readonly parent: number | null;
  /** The run that it goes on for, or whose failures it tries again. */
  readonly resumes: number | null;
  readonly step: string;
  readonly status: RunStatus;
  readonly wanted: Wanted | null;
  readonly dryRun: boolean;
  readonly origin: string;
  readonly host: string;
  readonly pid: number;
  readonly user: string;
  readonly version: string;
  /** What it was told, as JSON; null for a run that is older than this column. */
  readonly told: string | null;
  /** Where it can be told on its own machine to look what is wanted of it. */
  readonly doorbell: string | null;
  readonly started: number;
  readonly ended: number | null;
  /** How long ago its process was last heard of, ms; null where it never was. */
  readonly silentMs: number | null;
  readonly counts: Readonly<Counts>;
  readonly bytes: number;
  /** Bytes that its plan has; 0 where that cannot be told. */
  readonly bytesPlanned: number;
  /** Bytes a second, lately. */
  readonly rate: number;
  /** How long it has still to go, ms; null where that cannot be told. */
  readonly leftMs: number | null;
  /** Orders that its plan has, and those that are done with. */
  readonly parts: number;
  readonly partsDone: number;
  /** Where it stands: the order whose part ended last. */
  readonly lastOrder: number | null;
  /** How often something failed, and the words of the last time. */
  readonly errors: number;
  readonly lastError: string | null;
  /** Why it ended before its end. */
  readonly error: string | null;
  /** How its process ended, for a script; null while it runs. */
  readonly exit: number | null;
}

/** What a run is named by. */
export type RunRef = Pick<RunRecord, 'id' | 'step'>;

/** One order of a run. */
export interface PartRecord {
  readonly order: number;
  readonly status: RunStatus;
  readonly wanted: Wanted | null;
  readonly counts: Readonly<Counts>;
}

/** A file that a run held back. */
export interface HeldRecord {
  readonly id: number | null;
  readonly path: string;
  readonly reason: string;
}

/** A file that a run could not handle. */
export interface FailureRecord {
  readonly run: number;
  readonly step: string;
  /** A row of `tbl_bak_order`; null for trash. */
  readonly id: number | null;
  readonly order: number | null;
  readonly path: string;
  readonly code: string;
  readonly message: string;
  /** How often it has failed, this time included. */
  readonly attempts: number;
  readonly failed: number;
  /** When it went well after all, failed once more, or was nobody's file any more; null while it is open. */
  readonly settled: number | null;
}

/** A run with one of these may still do something. */
export const ACTIVE_STATUSES = ['pending', 'running', 'paused'] as const satisfies readonly RunStatus[];
const ACTIVE: ReadonlySet<RunStatus> = new Set(ACTIVE_STATUSES);

/** Whether a run may still do something. */
export function isActive(status: RunStatus): boolean {
  return ACTIVE.has(status);
}

/**
 * The status of a run of which `stored` was written down last: one that should be alive is lost when its process is gone, or
 * was silent for longer than a lease runs on. `process` is `elsewhere` where it cannot be looked at from here.
 */
export function statusNow(
  stored: RunStatus,
  process: 'alive' | 'gone' | 'elsewhere',
  silentMs: number | null,
): RunStatus {
  if (!isActive(stored)) return stored;
  return process === 'gone' || (silentMs ?? Number.POSITIVE_INFINITY) > LEASE_TTL ? 'lost' : stored;
}

/** The status of a night, from those of its steps: paused or running while one of them is, then the worst of them. */
export function statusOfGroup(steps: readonly RunStatus[]): RunStatus {
  const first = (...wanted: RunStatus[]) => wanted.find((status) => steps.includes(status));
  const begun = steps.some((status) => status !== 'pending');
  return (
    first('paused', 'running') ??
    (steps.includes('pending') ? (begun ? 'running' : 'pending') : undefined) ??
    first('lost', 'failed', 'cancelled') ??
    'completed'
  );
}

/** Runs in their order, but the steps of a night under it, in theirs. */
export function inFamilies(runs: readonly RunRecord[]): RunRecord[] {
  const ids = new Set(runs.map(({ id }) => id));
  const heads = runs.filter(({ parent }) => parent === null || !ids.has(parent));
  const stepsOf = (night: RunRecord) =>
    runs.filter(({ parent }) => parent === night.id).sort((a, b) => a.id - b.id);
  return heads.flatMap((head) => [head, ...stepsOf(head)]);
}
