import type { Cost } from './figures.js';
import type { Place } from './place.js';
import type { Requirement } from './requirement.js';

export const SIZES = ['small', 'full'] as const;
export type Size = (typeof SIZES)[number];

/** Work that orderbak and what a shop would use instead do in turn, on the same data. */
export interface Bench {
  readonly name: string;
  /** Makes what is worked on, and starts what is needed. */
  prepare(place: Place, size: Size): Promise<Prepared>;
}

export interface Prepared {
  readonly races: readonly Race[];
  close(): Promise<void>;
}

export interface Race {
  /** What is measured, with its size. */
  readonly work: string;
  readonly contestants: readonly Contestant[];
  readonly required: readonly Requirement[];
}

/** A program that does the work of a race. */
export interface Contestant extends Part {
  /** Why it cannot run on this machine. */
  readonly absent?: string;
  /** Makes the place as it was; not measured. */
  before?(): Promise<void>;
  /** Throws, saying what is missing, unless the work is done; not measured. */
  check(): Promise<void>;
  /** What has to follow for the promise that orderbak gives. */
  readonly next?: Part;
}

export interface Part {
  readonly name: string;
  /** What is typed; how it is done where nothing is. */
  readonly command: string;
  /** What can be relied on afterwards. */
  readonly promises: string;
  run(): Promise<Cost>;
}

/** Stands for a program that this machine has not. */
export function absent(name: string, why: string): Contestant {
  const never = (): never => {
    throw new Error(`${name} cannot run: ${why}`);
  };
  return { name, command: '', promises: '', absent: why, run: never, check: never };
}

export const OURS = 'orderbak';
