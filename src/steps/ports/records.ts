import type { FileType } from '../../domain/file-type.js';
import type { BakFile, Receipt } from '../../domain/order.js';
import type { Retention } from '../../domain/retention.js';
import type { RemovalRule } from './removals.js';
import type { OrderFilter, OrderRange } from './shop.js';

/** The two kinds of recorded files that are removed: those of type discuss, and those that the office holds. */
export type RecordedRule = Exclude<RemovalRule, 'trash'>;

/**
 * Rows of `tbl_bak_order` that are still on the server. Where the time is told, in ms since 1970, rows that were found missing are
 * among them when it is their turn to be looked for again: all that an order filter names, else those of the last week, and
 * of the others each once a month.
 */
export interface OpenFilter {
  readonly rule: RecordedRule;
  readonly only: OrderFilter;
  readonly now?: number | undefined;
}

/** The table of recorded files. */
export interface BakFiles {
  countNew(range: OrderRange, retention: Retention, only: OrderFilter): Promise<number>;
  /** Records every file of the range's eligible orders that is not recorded yet, and where its orders lie now; answers how many files were new. */
  insertNew(range: OrderRange, retention: Retention, only: OrderFilter): Promise<number>;
  /** Closed rows of the range's eligible orders whose file was removed before its order was finished for the last time. */
  closedBeforeFinish(range: OrderRange, retention: Retention, only: OrderFilter): Promise<LocatedFile[]>;
  /** Begins closed rows anew: their files are there again, and no copy is known to hold these bytes. */
  reopen(ids: readonly number[]): Promise<void>;
  /** Ascending by id, at most `limit`, above `after`. */
  openRows(filter: OpenFilter, after: number, limit: number): Promise<BakFile[]>;
  byId(ids: readonly number[]): Promise<LocatedFile[]>;
  /** Writes receipts of files that are still there; rows that were unlinked since stay as they are. */
  mark(receipts: readonly (Receipt & { id: number })[], bakTime: string): Promise<void>;
  markMissing(ids: readonly number[], missingTime: string): Promise<void>;
  /** Notes that a file's thumb cannot be made, so that it is not tried each night. */
  noteThumbFault(ids: readonly number[], thumbFault: string): Promise<void>;
  /** Takes the marks back: the file is no longer the one that was copied. */
  backToRecorded(ids: readonly number[]): Promise<void>;
}

/** A recorded file and where it lies; `folder` is null when that cannot be told. */
export interface LocatedFile extends BakFile {
  readonly folder: string | null;
}

/** A recorded file that waits for the office. */
export interface PendingRow {
  readonly id: number;
  readonly orderId: number;
  readonly type: Exclude<FileType, 'discuss'>;
  readonly filename: string;
}

/** The same, and where it lies; `folder` is null when that cannot be told. */
export interface LocatedRow extends PendingRow {
  readonly folder: string | null;
}

/** Which of the rows that wait for the office are meant; no types = all that are copied. */
export interface PendingFilter {
  readonly types: readonly FileType[];
  readonly only: OrderFilter;
}

/** The rows that wait for the office. */
export interface PendingRows {
  /** Ascending by id, at most `limit`, above `after`. */
  read(filter: PendingFilter, after: number, limit: number): Promise<readonly PendingRow[]>;
  /** Finds out where the files of these rows lie. */
  locate(rows: readonly PendingRow[]): Promise<LocatedRow[]>;
}
