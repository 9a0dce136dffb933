import type { BakFile } from '../../domain/order.js';

/** Why a file is removed. */
export type RemovalRule = 'discuss' | 'backed-up' | 'trash';

/** What is written down of a file that goes. Paths are folder and name below the root. */
export interface Note {
  readonly rule: RemovalRule;
  readonly folder: string;
  readonly filename: string;
  readonly size: number;
  readonly sha256: string | null;
  /** `made`, `kept`, or why there is none. */
  readonly thumb: string;
  /** Where the file waits, below the root; null when it is gone for good. */
  readonly quarantine: string | null;
  /** Of trash: whose folder it was. */
  readonly orderIds: readonly number[];
}

/** A removal that is about to be written down; `rows` of `tbl_bak_order`, as they were judged, are closed by it. */
export interface Removal extends Note {
  readonly rows: readonly BakFile[];
}

/** A removal that was written down by a run. */
export interface Intent extends Note {
  readonly id: number;
  readonly run: number;
  readonly rowIds: readonly number[];
}

/** A file that was put into the quarantine. `id` is its row of `orderbak_deletion`; times in ms since 1970. */
export interface Trashed {
  readonly id: number;
  readonly run: number;
  /** Where it lay, below the root. */
  readonly folder: string;
  readonly filename: string;
  /** Where it waits, below the root. */
  readonly quarantine: string;
  readonly size: number;
  /** Whose folder it was; none where that was not written down. */
  readonly orderIds: readonly number[];
  readonly since: number;
  readonly purged: number | null;
  /** When somebody began to bring it back. */
  readonly restoring: number | null;
  readonly restored: number | null;
}

/** Which of the waiting files are meant; null = all. */
export interface WaitingFilter {
  /** Removed at or before this moment, ms since 1970. */
  readonly before: number | null;
  readonly run: number | null;
  readonly folders: readonly string[] | null;
}

/** The record of what waits in the quarantine, what was brought back, and what was purged. */
export interface Quarantine {
  /** Neither purged nor brought back, ascending by id, at most `limit`, above `after`. */
  waiting(filter: WaitingFilter, after: number, limit: number): Promise<Trashed[]>;
  countWaiting(): Promise<number>;
  /** How many files a run put there in all, and how many of them were purged since. */
  countTaken(run: number): Promise<{ taken: number; purged: number }>;
  byId(ids: readonly number[]): Promise<Trashed[]>;
  /** All that were ever taken from this place. */
  at(folder: string, filename: string): Promise<Trashed[]>;
  purged(ids: readonly number[]): Promise<void>;
  /** From now on the files are not purged, and their names are no trash. */
  beginRestore(files: readonly Trashed[]): Promise<void>;
  restored(ids: readonly number[]): Promise<void>;
  /** The files stay in the quarantine. */
  withdrawRestore(ids: readonly number[]): Promise<void>;
  /** Files that a killed process began to bring back, ascending by id, above `after`. */
  halfRestored(after: number, limit: number): Promise<Trashed[]>;
}

/** The run on whose behalf something is removed, and the lease that allows it. */
export interface Mandate {
  readonly run: number;
  readonly leaseToken: string;
}

/** The record of what was removed, why, and with which receipt (`orderbak_deletion`). */
export interface Deletions {
  /**
   * Writes the intentions down, all or none. Throws RunStopped when the run's lease is no longer its own, and Doubt when
   * a row is no longer what was judged.
   */
  intend(removals: readonly Removal[], mandate: Mandate): Promise<Intent[]>;
  /** Throws RunStopped when the run's lease is no longer its own, as after a sleep; asks the database only if time has passed. */
  confirm(mandate: Mandate): Promise<void>;
  /** The files are gone: the intentions are done, even if somebody withdrew them meanwhile, and the rows they name are closed. */
  done(intents: readonly Intent[], unlinkTime: string): Promise<void>;
  /** The files stay: the intentions are forgotten. */
  withdraw(intents: readonly Intent[]): Promise<void>;
  /** Intentions by a rule that a killed process neither carried out to the end nor withdrew: ascending by id, at most `limit`, above `after`. */
  unsettled(rule: RemovalRule, after: number, limit: number): Promise<Intent[]>;
}
