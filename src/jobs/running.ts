import type { Spool, Watcher } from './ports.js';
import type { Recording } from './recording.js';
import type { Tally } from './summary.js';

/** A run that has begun: what it has put aside, who may stop it, and who is told how it goes. */
export interface Running {
  readonly spool: Spool;
  /** Aborted when somebody asks the run to end. */
  readonly stop: AbortSignal;
  readonly recording: Recording;
  readonly tally: Tally;
  readonly watcher: Watcher;
}
