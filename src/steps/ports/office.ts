import type { Receipt } from '../../domain/order.js';
import type { Room } from '../../domain/room.js';
import type { ListedFile, ListPage, MarkResult, ReceiptClaim } from '../../domain/wire.js';
import type { Applying } from '../step.js';

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
   * simply not among them; an aborted `signal` ends it early, and a closed gate holds it.
   */
  fetch(files: readonly ListedFile[], applying: Applying): Promise<Arrival[]>;
}

/** What the store holds of some files; `failed` = that could not be found out. */
export interface Holding {
  readonly found: readonly Arrival[];
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
export interface HalfFile {
  readonly size: number;
  readonly etag: string | null;
  append(chunk: Uint8Array): Promise<void>;
  /** Begins again from nothing, under the validator of the bytes that come now. */
  restart(etag: string | null): Promise<void>;
  /** Makes it durable and answers what it holds. A failure is final: what it holds is thrown away. */
  finish(): Promise<Receipt>;
  discard(): Promise<void>;
  close(): Promise<void>;
}

/** The office's copy of the shop's files. */
export interface OfficeStore {
  /** Throws unless the store is there and can be written to. */
  ready(): Promise<void>;
  /** Bytes of its disk that are free for files, and all that it has; null where the disk does not tell. */
  room(): Promise<Room | null>;
  /** How many bytes of these files need no room, because it has them already as far as its catalog knows. */
  heldBytes(files: readonly ListedFile[]): Promise<number>;
  /** Whether no file was ever kept in it. */
  isEmpty(): Promise<boolean>;
  /** Removes half files that nobody has come back to for 30 days. */
  sweep(): Promise<void>;
  /** Why a file can have no place in the store; null when it can. */
  whyNoPlace(file: ListedFile): string | null;
  /** What the store holds under these names, read again from its disk; left out is what it holds nothing good of in that size. */
  find(files: readonly ListedFile[], run: number): Promise<Holding>;
  /** Half files lie under the name of their run. */
  halfFile(file: ListedFile, run: number): Promise<HalfFile>;
  /** Gives arrivals their names, durably, and enters them in the catalog. One that stays outside does not keep the others there. */
  keep(arrivals: readonly Arrival[], run: number): Promise<Keeping>;
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
