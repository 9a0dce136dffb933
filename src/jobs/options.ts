import type { Ceiling } from '../domain/ceiling.js';
import type { Clock } from '../domain/clock.js';
import type { Doorbell, Kin, Leases, Log, Origin, Runs, Spool, Watcher } from './ports.js';

/** How a run is to go. */
export interface JobOptions {
  readonly dryRun: boolean;
  /** The most files that the run handles; null = all. */
  readonly limit: number | null;
  /** The most that it may remove; null = no ceiling. */
  readonly ceiling: Ceiling | null;
  /** Just these orders; null = all. */
  readonly only: readonly number[] | null;
  /** Just what failed in this run and has not gone well since; null = all. */
  readonly failedIn: number | null;
  readonly kin: Kin;
  /** What the run was told, as JSON, so that it can be gone on with. */
  readonly told: string;
  readonly origin: Origin;
  readonly version: string;
  /** Asks the run to finish the item in hand and stop. */
  readonly stop: AbortSignal;
}

/** What a run needs of the world. */
export interface JobPorts {
  readonly leases: Leases;
  readonly runs: Runs;
  openSpool(): Promise<Spool>;
  /** Null where there can be none. */
  openDoorbell(onRing: () => Promise<void>): Promise<Doorbell | null>;
  /** Takes away the doorbell of a process that died. */
  removeBell(path: string): Promise<void>;
  readonly clock: Clock;
  readonly watcher: Watcher;
  readonly log: Log;
  /** Removes what of the log is older than `keep`; what cannot be removed stays. */
  clearLog(): Promise<void>;
  /** How often a file may fail before it waits for a person. */
  readonly attempts: number;
  /** How long what is over is remembered, ms. */
  readonly keep: number;
}
