import type { Census } from '../../domain/census.js';
import type { FolderFacts, FolderNames } from '../../domain/order.js';
import type { Retention } from '../../domain/retention.js';

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
  /**
   * What is known of these folders, one entry each, in the order given; a folder may be no order's. To each come the facts
   * about the orders that once lay in it, wherever they do by now.
   */
  factsIn(places: OncePlaces): Promise<FolderFacts[]>;
  /** The same, read again, where these orders are all that were found; of others only those are looked for that came since. */
  sameFactsIn(places: OncePlaces, orderIds: readonly number[]): Promise<FolderFacts[]>;
  /** Whether the shop knows any order. */
  hasOrders(): Promise<boolean>;
}

/** Folders, each with orders whose folder it was. */
export type OncePlaces = ReadonlyMap<string, readonly number[]>;

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
  /** Takes the fingerprints of a range before it is recorded. What it answers is called when that is done: until something changes the range is left out. */
  fingerprint(range: OrderRange, retention: Retention, only: OrderFilter): Promise<() => Promise<void>>;
}

/** What the database knew when it was last good ground for a look for trash. */
export interface CensusBook {
  last(): Promise<Census | null>;
  remember(census: Census): Promise<void>;
}
