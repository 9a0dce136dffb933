/** A removal as `orderbak_deletion` tells it. Times in ms since 1970, size in bytes. */
export interface PastRemoval {
  readonly id: number;
  readonly run: number;
  /** The command of the run. */
  readonly step: string;
  readonly rule: string;
  readonly size: number;
  readonly sha256: string | null;
  /** `made`, `kept`, or why there is none. */
  readonly thumb: string;
  /** Where the file waits or waited, below the root; null when it went for good. */
  readonly quarantine: string | null;
  readonly intended: number;
  /** Null: a run was killed before it could say whether the file went. */
  readonly done: number | null;
  readonly purged: number | null;
  readonly restored: number | null;
}
