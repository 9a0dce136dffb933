import type { Readable } from 'node:stream';
import type { Census } from '../domain/census.js';
import type { FileType } from '../domain/file-type.js';
import type { BakFile, FolderFacts, FolderNames, Receipt } from '../domain/order.js';
import type { Retention } from '../domain/retention.js';
import type { ListedFile, ListPage, MarkResult, ReceiptClaim } from '../domain/wire.js';

/** What the steps need to know of the shop. */
export interface Source {
  /** Ids of orders that are finished and older than the limit, ascending, at most `limit`, above `after`. */
  eligibleOrders(retention: Retention, after: number, limit: number, only: OrderFilter): Promise<number[]>;
  /**
   * What is known of the folders of these orders and of all who share them, read now: one entry a folder.
   * Orders whose folder cannot be told come back in `homeless` with the reason.
   */
  folderFacts(orderIds: readonly number[]): Promise<FolderFactsAnswer>;
  /**
   * The names that are known in the folders of all orders that are finished and older than the limit, a page of orders at a
   * time; the next pages are read while the caller works on one. For a plan: what it says may be some seconds old.
   */
  knownNames(retention: Retention, only: OrderFilter): AsyncIterable<NamesPage>;
  /** The same as `folderFacts`, read again, of orders that are all that shared their folders; of others only those are looked for that came since. */
  sameFacts(orderIds: readonly number[]): Promise<FolderFactsAnswer>;
  /** What is known of these folders, one entry each, in the order given; a folder may be no order's. */
  factsIn(folders: readonly string[]): Promise<FolderFacts[]>;
}

/** Restricts a step to some orders; null = all. */
export type OrderFilter = readonly number[] | null;

export interface FolderFactsAnswer {
  readonly folders: readonly FolderFacts[];
  readonly homeless: ReadonlyMap<number, string>;
}

/** Some orders, ascending by id, and what is known of their folders and of all who share them. */
export interface NamesPage {
  readonly orderIds: readonly number[];
  /** Each answers what is known of some of the folders: what was read of them is taken apart when it is called. */
  readonly folders: readonly (() => Promise<readonly CountedNames[]>)[];
}

export interface CountedNames extends FolderNames {
  /** How many orders the folder has, and how many files their lists name. */
  readonly census: Census;
}

/** A range of order ids, both ends included. */
export interface OrderRange {
  readonly from: number;
  readonly to: number;
}

/** Finds orders whose files may not all be recorded. */
export interface OrderBlocks {
  /** Ranges of ids, ascending, of finished orders older than the limit, without those that nothing was changed of since they were recorded. */
  changed(retention: Retention, only: OrderFilter): AsyncIterable<OrderRange>;
  /** Looks at a range before it is recorded. What it answers is called when that is done: until something changes the range is left out. */
  look(range: OrderRange, retention: Retention, only: OrderFilter): Promise<() => Promise<void>>;
}

/** Rows of `tbl_bak_order` that a removing step starts from. */
export type OpenRows = 'discuss' | 'backed-up';

/** The table of recorded files. */
export interface BakFiles {
  countNew(range: OrderRange, retention: Retention, only: OrderFilter): Promise<number>;
  /** Records every file of the range's eligible orders that is not recorded yet; answers how many were new. */
  insertNew(range: OrderRange, retention: Retention, only: OrderFilter): Promise<number>;
  /** Rows still on the server, ascending by id, at most `limit`, above `after`. */
  openRows(which: OpenRows, after: number, limit: number, only: OrderFilter): Promise<BakFile[]>;
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
  /** Null when it cannot be told. */
  readonly folder: string | null;
}

/** Reads rows that wait for the office, ascending by id, at most `limit`, above `after`; no types = all that are copied. */
export type ReadPending = (
  after: number,
  limit: number,
  types: readonly FileType[],
  only: OrderFilter,
) => Promise<PendingRow[]>;

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
  /** Intentions that a killed process neither carried out to the end nor withdrew. */
  unsettled(rules: readonly RemovalRule[], limit: number): Promise<Intent[]>;
}

/** What the database knew when it was last good ground for a look for trash. */
export interface CensusBook {
  last(): Promise<Census | null>;
  remember(census: Census): Promise<void>;
}

/** Identity of a file's content at one moment; equal stamps mean that nobody wrote to it in between. */
export interface Stamp {
  readonly size: number;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  readonly inode: bigint;
  readonly device: bigint;
}

/** A regular file of an order folder, opened without following links. */
export interface OrderFile {
  readonly stamp: Stamp;
  /** The bytes from `start` to `end`, both included, of the very file that was opened, whatever its name means by now. */
  read(start: number, end: number): Readable;
  sha256(): Promise<string>;
  /** Where another process can open the very same file. */
  readonly path: string;
  close(): Promise<void>;
}

/** What became of a thumb: there already, made now, not needed, or not possible (`reason`). */
export type ThumbResult =
  | { readonly kind: 'kept' | 'made' | 'not-picture' }
  | { readonly kind: 'unreadable'; readonly reason: string };

/** One order folder, checked to be a real folder inside the root; all work goes through it, so that no name can leave it. */
export interface OrderFolder {
  /** The names of its regular files, and of whatever else lies flat in it and is no folder (links, devices). */
  list(): Promise<FolderListing>;
  /** What a regular file is now, without opening it; null when there is none of that name. */
  look(filename: string): Promise<Stamp | null>;
  /** At once what these files hold, in the order given, where their very bytes were hashed before; null where they must be opened. */
  known(filenames: readonly string[]): (Receipt | null)[];
  /** Null when there is no such file; throws when it is not a regular file. */
  open(filename: string): Promise<OrderFile | null>;
  /**
   * Reads small files, hashes them, and answers them as members of a bundle's tar: as many of the first as make a piece, at
   * least one. `looked` = how many these were; left out of the tar is what is larger than `most` bytes or cannot be read.
   * `spare`: an earlier tar that nobody needs any more, whose memory is used again.
   */
  pack(
    files: readonly { readonly id: number; readonly filename: string }[],
    most: number,
    spare: Uint8Array | null,
  ): Promise<{ readonly tar: Uint8Array; readonly looked: number }>;
  /** Makes the thumb safe on disk before it answers. A `knownFault` of these very bytes is not found out again. */
  ensureThumb(filename: string, file: OrderFile, knownFault: string | null): Promise<ThumbResult>;
  /** Takes the file away if it still is what `stamp` says; false when it is not. */
  unlink(filename: string, stamp: Stamp): Promise<boolean>;
  /** Moves the file, and its thumb after it, to `target` below the root, if it still is what `stamp` says. */
  quarantine(filename: string, stamp: Stamp, target: string): Promise<boolean>;
  /** Moves the thumb of a file that lies at `target` below the root already; there may be none. */
  quarantineThumb(filename: string, target: string): Promise<void>;
  removeThumb(filename: string): Promise<void>;
  /** Makes removals durable. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

export interface FolderListing {
  readonly files: readonly string[];
  readonly others: readonly string[];
}

/** Where a file of a listing should lie; `folder` below the root, null when it cannot be told. */
export interface ListedPlace {
  readonly folder: string | null;
  readonly filename: string;
}

/** A file as a listing shows it: size in bytes, time of its last change in whole ms since 1970. */
export interface Glance {
  readonly size: number;
  readonly mtimeMs: number;
}

/** One order folder at a glance. */
export interface FolderView {
  readonly listing: FolderListing;
  /** What a regular file is now; null when there is none of that name. Throws Doubt when it is something else. */
  look(filename: string): Glance | null;
}

/** A look into many folders. */
export interface FolderViews {
  /** Shows a folder; null and throws as `openFolder` does, at once. */
  view<T>(folder: string, see: (view: FolderView) => T): T | null;
  close(): Promise<void>;
}

/** The server's disk below the root. */
export interface OrderStore {
  /** Throws unless the root is there, is a folder, carries this shop's marker, and is the one that was checked before. */
  checkRoot(): Promise<void>;
  /** The same, and throws where its file system takes no changes. */
  checkWritable(): Promise<void>;
  /** Null when the folder does not exist; throws when it is no real folder inside the root. */
  openFolder(folder: string): Promise<OrderFolder | null>;
  /** Opens the root for a look into many folders, each as it is at its moment, for a plan. Throws as `checkRoot` does. */
  look(): Promise<FolderViews>;
  /**
   * What the files of a listing are now, in the order given: null for what is no regular file inside its folder. Throws as
   * `checkRoot` does where the root is not what it was, before or after.
   */
  lookAt(places: readonly ListedPlace[]): (Glance | null)[];
  /** Deletes one file of the quarantine, and folders that it leaves empty, for good; gone already is well too. */
  purge(quarantine: string): Promise<void>;
  /**
   * Moves a file of the quarantine, and its thumb after it, durably back to where it lay, making the folder if it is gone.
   * Replaces nothing. One that is back already is well too. Answers what a person should hear of, or null. Throws Doubt
   * when the file stays where it is.
   */
  restore(file: Trashed): Promise<string | null>;
  /** The paths below the root of all that lies in the quarantine and is no folder. */
  quarantined(): AsyncIterable<string>;
}

/** A download under way: how many bytes came before this answer, and the rest as it comes. */
export interface Download {
  /** Where the body begins: 0, or where the half file ended if the server still has the same bytes. */
  readonly from: number;
  readonly etag: string | null;
  /** What the server says of the whole file: size in bytes, SHA-256 in hex where it told. */
  readonly size: number;
  readonly sha256: string | null;
  readonly body: AsyncIterable<Uint8Array>;
}

/** The server, as the office machine sees it. */
export interface BackupServer {
  list(after: number, limit: number, signal: AbortSignal): Promise<ListPage>;
  /** The bytes of one file from `from` on, if its validator still is `etag`; else from the start. */
  download(id: number, from: number, etag: string | null, signal: AbortSignal): Promise<Download>;
  mark(receipts: readonly ReceiptClaim[], signal: AbortSignal): Promise<MarkResult[]>;
}

/** Fetches many small files in one answer of the server. */
export interface Bundles {
  /**
   * The files that came whole, are what the server says, and are durable under no name yet. What is missing or breaks is
   * simply not among them; an aborted `signal` ends it early.
   */
  fetch(files: readonly ListedFile[], signal: AbortSignal): Promise<Arrival[]>;
}

/** What the store holds of some files; `failed` = that could not be found out. */
export interface Holding {
  readonly held: readonly Arrival[];
  readonly failed: Keeping['failed'];
}

/** A file that has arrived whole, verified and durable, but under no name yet. */
export interface Arrival {
  readonly file: ListedFile;
  readonly receipt: Receipt;
}

/** What became of arrivals; `notes` is what a person should hear of. */
export interface Keeping {
  readonly kept: readonly Arrival[];
  readonly failed: readonly { readonly file: ListedFile; readonly error: unknown }[];
  readonly notes: readonly string[];
}

/** A half file: appended to, hashed as it grows. */
export interface PartFile {
  readonly size: number;
  readonly etag: string | null;
  append(chunk: Uint8Array): Promise<void>;
  /** Begins again from nothing, under the validator of the bytes that come now. */
  restart(etag: string | null): Promise<void>;
  /** Makes it durable and answers what it holds. A failure is final: the part is thrown away. */
  finish(): Promise<Receipt>;
  discard(): Promise<void>;
  close(): Promise<void>;
}

/** The office's copy of the shop's files. */
export interface OfficeStore {
  /** Throws unless the store is there and can be written to. */
  ready(): Promise<void>;
  /** Bytes of its disk that are free for files, and all that it has. */
  room(): Promise<{ readonly free: number; readonly total: number }>;
  /** Removes half files that nobody has come back to for 30 days. */
  sweep(): Promise<void>;
  /** Why a file can have no place in the store; null when it can. */
  whyNoPlace(file: ListedFile): string | null;
  /** What the store holds under these names, read again from its disk; left out is what it holds nothing good of in that size. */
  held(files: readonly ListedFile[]): Promise<Holding>;
  part(file: ListedFile): Promise<PartFile>;
  /** Gives arrivals their names, durably, and enters them in the catalog. One that stays outside does not keep the others there. */
  keep(arrivals: readonly Arrival[]): Promise<Keeping>;
  marked(ids: readonly number[]): Promise<void>;
  /** Files that are kept, of which it is not known that the server was told: above `after`, ascending by row, the last version of each. */
  unmarked(after: number, limit: number): Promise<readonly KeptClaim[]>;
  /** Those of them that its disk still holds as they were kept, durably. */
  sound(claims: readonly KeptClaim[]): Promise<KeptClaim[]>;
}

/** A file of the store as it was kept, and its row of the server; `path` is below the store. */
export interface KeptClaim extends ReceiptClaim {
  readonly path: string;
}
