import type { Receipt } from '../domain/order.js';
import type { KeptClaim } from '../steps/ports/office.js';

/** One file of the store as the catalog knows it; `path` is below the store. */
export interface Kept extends Receipt {
  readonly folder: string;
  readonly filename: string;
  readonly path: string;
  readonly serverId: number;
}

/** What is in the store: a SQLite file inside it. */
export interface Catalog {
  isEmpty(): Promise<boolean>;
  /** What these order folders hold, the oldest first. */
  inFolders(folders: readonly string[]): Promise<Kept[]>;
  /** Enters files that are kept, and forgets their half ones. */
  add(kept: readonly Kept[], keptMs: number): Promise<void>;
  marked(serverIds: readonly number[], markedMs: number): Promise<void>;
  /** See `OfficeStore.unmarked`. */
  unmarked(after: number, limit: number): Promise<KeptClaim[]>;
  /** The validator of the half file that a broken transfer left; undefined when there is none. */
  halfEtag(serverId: number): Promise<string | undefined>;
  setHalf(serverId: number, etag: string): Promise<void>;
  dropHalves(serverIds: readonly number[]): Promise<void>;
}
