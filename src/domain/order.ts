import type { FileType } from './file-type.js';

/** One row of the source view `orderbak_order`. Times are text in the shop's zone. */
export interface Order {
  readonly id: number;
  readonly createTime: string | null;
  readonly createBy: string | null;
  readonly status: string | null;
  readonly doneTime: string | null;
  /** The order's folder below the root as the view gives it; null = by the template. */
  readonly folder: string | null;
  /** The shop has it no longer: this is what was recorded of it. */
  readonly isForgotten?: true;
  /** Its folder lies among the thumbs of the folder with which it is told. */
  readonly isAmongThumbs?: true;
  /** The view gives its folder in a spelling that may mean the folder with which it is told. */
  readonly isMisspelt?: true;
  /** The disk takes its folder and the one with which it is told for one. */
  readonly isTwin?: true;
  /** The view gives it twice, and not the same: this is one of the two. */
  readonly isGivenTwice?: true;
}

/** One row of the source view `orderbak_order_file`: a name that an order's lists hold. */
export interface NamedFile {
  readonly orderId: number;
  readonly type: FileType;
  readonly filename: string;
}

/** Whether two speak of one file: of an order, in one of its lists, by one name. */
export function isSameFile(a: NamedFile, b: NamedFile): boolean {
  return a.orderId === b.orderId && a.type === b.type && a.filename === b.filename;
}

/** What the office has said of its copy, and the server found true: size in bytes, SHA-256 in lower-case hex. */
export interface Receipt {
  readonly size: number;
  readonly sha256: string;
}

/** One row of `tbl_bak_order`. Times are text in the shop's zone. */
export interface BakFile {
  readonly id: number;
  readonly orderId: number;
  readonly type: FileType;
  readonly filename: string;
  readonly bakTime: string | null;
  /** Null for a row that is not backed up, or was marked by a system that kept no receipt. */
  readonly receipt: Receipt | null;
  readonly unlinkTime: string | null;
  /** When it was found that the file is not on the server's disk. */
  readonly missingTime: string | null;
  /** Why no thumb could be made, and of which bytes that is said (`thumbFaultOf`); null when none was tried in vain. */
  readonly thumbFault: string | null;
}

/** A list of the shop's that cannot be read: where it stands, in the words of the source view, and in which row. */
export interface BrokenList {
  readonly orderId: number;
  readonly origin: string;
  readonly row: number | null;
}

/** Everything that is known of one order folder, read at one moment. */
export interface FolderFacts {
  readonly folder: string;
  /** Every order whose files lie in this folder. */
  readonly orders: readonly Order[];
  /** Those of the orders with a list, or a row of `tbl_bak_order`, that cannot be read. */
  readonly unreadable: ReadonlySet<number>;
  readonly named: readonly NamedFile[];
  readonly recorded: readonly BakFile[];
  /** Names that somebody brought back from the quarantine. */
  readonly restored: ReadonlySet<string>;
}

/** As much of a folder's facts as it takes to tell which of its files nobody knows. */
export interface FolderNames extends Pick<FolderFacts, 'folder' | 'orders' | 'unreadable' | 'restored'> {
  readonly named: readonly Pick<NamedFile, 'filename'>[];
  readonly recorded: readonly Pick<BakFile, 'filename' | 'unlinkTime' | 'missingTime'>[];
}
