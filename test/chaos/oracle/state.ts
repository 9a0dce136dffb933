/** What the oracle knows of one moment: plain data, so that a state can be written down and judged elsewhere. */
export interface State {
  /** When it was read, ms since 1970. */
  readonly takenMs: number;
  readonly root: Tree;
  readonly store: Tree;
  /** Everything beside root, store and database: nothing there is anybody's business. */
  readonly outside: Tree;
  readonly shop: Shop;
  readonly rows: readonly RecordedRow[];
  readonly deletions: readonly Deletion[];
  readonly leases: readonly Lease[];
  readonly catalog: readonly CatalogEntry[];
}

/** By path, with `/` between its parts; a name that is not UTF-8 stands as `\xNN` bytes. */
export type Tree = Readonly<Record<string, Entry>>;

export interface Entry {
  readonly kind: 'file' | 'folder' | 'link' | 'other';
  readonly size: number;
  /** Of a file, in hex; of a link, where it points; else empty. */
  readonly content: string;
  readonly mtimeMs: number;
  readonly picture: Picture;
}

/** Whether sharp decodes the bytes; `broken`: they or the name say that they are a picture, and sharp does not. */
export type Picture = 'yes' | 'broken' | 'no';

/** The shop's tables as they are; the lists in them are not read yet. */
export interface Shop {
  readonly orders: readonly ShopOrder[];
  readonly lists: readonly ShopList[];
}

export interface ShopOrder {
  readonly id: number;
  readonly user: string | null;
  readonly status: string | null;
  /** Local time of the shop. */
  readonly createTime: string | null;
  readonly doneTime: string | null;
}

/** A column that names files. */
export interface ShopList {
  readonly order: number;
  readonly type: number;
  readonly text: string | null;
  /** One name as it is; else a JSON list of names. */
  readonly plain: boolean;
}

/** A row of `tbl_bak_order`. */
export interface RecordedRow {
  readonly id: number;
  readonly order: number;
  readonly type: number;
  readonly filename: string;
  readonly isMarked: boolean;
  readonly isUnlinked: boolean;
  readonly isMissing: boolean;
  readonly size: number | null;
  readonly sha256: string | null;
}

/** A row of `orderbak_deletion`. */
export interface Deletion {
  readonly rule: string;
  readonly folder: string;
  readonly filename: string;
  readonly thumb: string;
  readonly quarantine: string | null;
  /** ms since 1970; null: only intended. */
  readonly doneMs: number | null;
  /** ms since 1970; null: it waits in the quarantine, or never did. */
  readonly purgedMs: number | null;
}

export interface Lease {
  readonly name: string;
  readonly isHeld: boolean;
}

/** A file that the store's catalog knows. */
export interface CatalogEntry {
  readonly folder: string;
  readonly filename: string;
  readonly path: string;
  readonly sha256: string;
  readonly isMarked: boolean;
}

/** What happened between two states that was not the product's doing. */
export interface Told {
  /** The latest moment that any machine's clock showed, ms since 1970. */
  readonly latestMs: number;
  /** How long trash must have waited in the quarantine before it may go for good, ms. */
  readonly keepTrashMs: number;
  /** Files below the root that the shop or a customer wrote meanwhile: the hash of each content, in order. */
  readonly written: Readonly<Record<string, readonly string[]>>;
  /** Files below the root that the shop itself took away. */
  readonly takenAway: readonly string[];
  /** The shop's tables after each change, in order. */
  readonly changes: readonly Change[];
}

export interface Change {
  readonly shop: Shop;
  /** Where nothing could be removed during the change: what lay below the root then, for which the older tables no longer speak. */
  readonly present: readonly string[] | null;
}
