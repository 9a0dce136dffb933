import type { Receipt } from '../../domain/order.js';
import type { Trashed } from './removals.js';

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
  /**
   * The bytes from `start` to `end`, both included, of the very file that was opened, whatever its name means by now. A piece
   * is good until the next one is asked for.
   */
  read(start: number, end: number): AsyncIterable<Uint8Array>;
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
  /** What a regular file is now, at once and without opening it; null when there is none of that name, throws Doubt when it is something else. */
  stat(filename: string): Stamp | null;
  /** At once what these files hold, in the order given, where their very bytes were hashed before; null where they must be opened. */
  known(filenames: readonly string[]): (Receipt | null)[];
  /** Null when there is no such file; throws when it is not a regular file. */
  open(filename: string): Promise<OrderFile | null>;
  /**
   * Reads small files, hashes them, and answers them as members of a bundle's tar: as many of the first as make a piece, at
   * least one. `taken` = how many these were; left out of the tar is what is larger than `most` bytes or cannot be read.
   * The memory of the tar is used again once it is released.
   */
  pack(
    files: readonly { readonly id: number; readonly filename: string }[],
    most: number,
  ): Promise<{ readonly tar: Uint8Array; readonly taken: number; release(): void }>;
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
  stat(filename: string): Glance | null;
}

/** Many folders at a glance. */
export interface FolderViews {
  /** Shows a folder; null and throws as `openFolder` does, at once. */
  view<T>(folder: string, see: (view: FolderView) => T): T | null;
  close(): void;
}

/** The server's disk below the root. */
export interface OrderStore {
  /** Throws unless the root is there, is a folder, carries this shop's marker, and is the one that was checked before. */
  checkRoot(): Promise<void>;
  /** The same, and throws where its file system takes no changes. */
  checkWritable(): Promise<void>;
  /** Null when the folder does not exist; throws when it is no real folder inside the root. */
  openFolder(folder: string): Promise<OrderFolder | null>;
  /** Opens the root to view many folders, each as it is at its moment, for a plan. Throws as `checkRoot` does. */
  openViews(): Promise<FolderViews>;
  /**
   * What the files of a listing are now, in the order given: null for what is no regular file inside its folder. Throws as
   * `checkRoot` does where the root is not what it was, before or after, and the system's error where one cannot be looked at.
   */
  statAll(places: readonly ListedPlace[]): (Glance | null)[];
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
