/** Where the rows of `tbl_bak_order` stand, in the order of their lives; `discuss` is recorded too, and goes without a copy. */
export const ROW_STATES = ['recorded', 'discuss', 'backed-up', 'unlinked', 'missing'] as const;
/** Where one row stands. */
export type RowState = (typeof ROW_STATES)[number];

/** So many files; bytes null where nothing is known of their sizes. */
export interface Amount {
  readonly files: number;
  readonly bytes: number | null;
}

/** What waits and what is over, on the server. */
export interface Backlog {
  readonly states: Readonly<Record<RowState, Amount>>;
  readonly quarantine: Amount;
  /** Of the files that wait for the office, the one that was recorded first. */
  readonly oldest: { readonly id: number; readonly order: number } | null;
}

/** A run of `insert`: how many rows it recorded, and when it began, ms since 1970. */
export interface InsertRun {
  readonly started: number;
  readonly files: number;
}

/** When a row was recorded, ms since 1970: by a run that began at `at`, or before all runs that are known. */
export interface RecordedAt {
  readonly at: number;
  readonly isEarlier: boolean;
}

/**
 * Rows bear no time, but their ids count up: of `newer` rows, this one included, the last ones were recorded by the last
 * runs. `runs` the latest first. Null when no run is known.
 */
export function recordedAt(newer: number, runs: readonly InsertRun[]): RecordedAt | null {
  let left = newer;
  for (const run of runs) {
    left -= run.files;
    if (left <= 0) return { at: run.started, isEarlier: false };
  }
  const first = runs.at(-1);
  return first === undefined ? null : { at: first.started, isEarlier: true };
}

/** The bytes of all `files`, estimated from `seen` of them, which have `seenBytes`; null when none was looked at. */
export function estimatedBytes(files: number, seen: number, seenBytes: number): number | null {
  if (files === 0) return 0;
  return seen === 0 ? null : Math.round((seenBytes / seen) * files);
}
