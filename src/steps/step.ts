import { codeOf, Doubt, messageOf, OrderbakError } from '../errors.js';
import type { Mandate } from './ports/removals.js';

/** The tasks that change something; most bear the names of their commands. */
export const STEP_NAMES = [
  'insert',
  'unlink-discuss',
  'unlink-trash',
  'purge-trash',
  'restore-trash',
  'pull',
  'mark-backed-up',
  'unlink-backed-up',
] as const;

export type StepName = (typeof STEP_NAMES)[number];

/** The lease that a step takes. Purging trash and bringing it back are about the same files: one lease for both. */
export function leaseOf(step: StepName): StepName {
  return step === 'restore-trash' ? 'purge-trash' : step;
}

/** Chosen by the plan or by an order's records, but a guard says no. `id` is a row of `tbl_bak_order`, null for trash. */
export interface Held {
  readonly id: number | null;
  readonly path: string;
  readonly reason: string;
}

/** A file that could not be handled; `code` is a short stable word. */
export interface Failure {
  readonly id: number | null;
  readonly path: string;
  readonly code: string;
  readonly message: string;
}

/** What a plan says, one entry at a time, in bounded memory. */
export type Planned<Item> =
  /** Something to do: `files` files, `bytes` bytes where they are known. `absent` of the files are not there to be removed. */
  | {
      readonly kind: 'do';
      readonly item: Item;
      readonly files: number;
      readonly bytes: number;
      readonly absent?: number;
    }
  | { readonly kind: 'held'; readonly held: Held }
  | { readonly kind: 'failed'; readonly failed: Failure }
  /** So many files lie in the folders looked at: what a share of them is counted from. */
  | { readonly kind: 'seen'; readonly files: number };

/** What came of one item, which may stand for many files. What is absent is nothing. */
export interface Outcome {
  /** Files that the plan could not count before. */
  readonly planned?: number;
  readonly done?: number;
  readonly skipped?: number;
  readonly bytes?: number;
  readonly held?: readonly Held[];
  readonly failed?: readonly Failure[];
  /** What a person should hear of although it went well. */
  readonly notes?: readonly string[];
  /** Why the run must end in the middle of the item, of which some files may be done with. */
  readonly stopped?: RunStopped | undefined;
}

/** One file of an item. `order` is the one of whose part of the run it counts; `id` is a row of `tbl_bak_order`, null for trash. */
export interface Entry {
  readonly id: number | null;
  readonly path: string;
  readonly order: number;
}

/** Given to `apply`: the run it belongs to, and the signal that asks a long item to stop early. */
export interface Applying extends Mandate {
  /** Aborted with a `RunCancelled` where what is in hand is to be finished or undone, and not kept half done for the next run. */
  readonly signal: AbortSignal;
  /** Waits as long as somebody holds the run, or the orders of this item; a long item asks between two blocks. */
  gate(): Promise<void>;
  /** Bytes that have just been moved, for the progress of long items. */
  progress(bytes: number): void;
}

/**
 * One task of the night. `plan` only reads; `apply` takes one item, checks again, acts, and may be run twice.
 * An item is plain data: between plan and apply it is kept as JSON.
 */
export interface Step<Item> {
  readonly name: StepName;
  /** Whether it takes files away: then ceilings are counted before it acts. */
  readonly removes: boolean;
  /** How many items are in flight at once. */
  readonly concurrency: number;
  /** Throws when the world is not fit to act on; asked before the plan and again before the first item. */
  ready(): Promise<void>;
  /** Settles what a killed run left half done; not called for a dry run. */
  recover(signal: AbortSignal): Promise<void>;
  /** A plan that waits for others ends early, or throws, when the signal is aborted. */
  plan(signal: AbortSignal): AsyncIterable<Planned<Item>>;
  /** The files of an item, in its order: a run tells by them how each order goes, and what has failed before. */
  entries?(item: Item): readonly Entry[];
  /** An item with only those of its files that are wanted, by their places in it. */
  pick?(item: Item, wanted: (index: number) => boolean): Item;
  apply(item: Item, applying: Applying): Promise<Outcome>;
}

/** What comes of a file whose handling threw: held for a doubt, else failed. Errors that stop the whole run are thrown on. */
export function troubleOf(id: number | null, path: string, error: unknown): Outcome {
  if (error instanceof RunStopped) throw error;
  if (error instanceof Doubt) return { held: [{ id, path, reason: error.message }] };
  return { failed: [failureOf(id, path, error)] };
}

/** The entry for a file whose handling failed. */
export function failureOf(id: number | null, path: string, error: unknown): Failure {
  const code = error instanceof OrderbakError ? error.code : codeOf(error) || 'failed';
  return { id, path, code, message: messageOf(error) };
}

/** One outcome for several. */
export function sumOf(outcomes: readonly Outcome[]): Outcome {
  const add = (key: 'planned' | 'done' | 'skipped' | 'bytes') =>
    outcomes.reduce((sum, outcome) => sum + (outcome[key] ?? 0), 0);
  return {
    planned: add('planned'),
    done: add('done'),
    skipped: add('skipped'),
    bytes: add('bytes'),
    held: outcomes.flatMap((outcome) => outcome.held ?? []),
    failed: outcomes.flatMap((outcome) => outcome.failed ?? []),
    notes: outcomes.flatMap((outcome) => outcome.notes ?? []),
    stopped: outcomes.find((outcome) => outcome.stopped !== undefined)?.stopped,
  };
}

/** Thrown from `apply`, or told in its outcome, when not just this item but the run must end: its lease is lost, the root is gone. */
export class RunStopped extends OrderbakError {
  /** The same error, as one that ends the run. */
  static of(error: OrderbakError): RunStopped {
    if (error instanceof RunStopped) return error;
    const { exit, code, message, hint, cause } = error;
    return new RunStopped(exit, code, message, hint, cause);
  }
}

/** Why a run's signal is aborted when somebody cancelled it, or the order in hand. */
export class RunCancelled extends Error {
  override readonly name = 'RunCancelled';
}
