import type { NightStep } from '../domain/night.js';

/** What came of an entry that was due. `settled` = it was due before there was a schedule, and is not made up for. */
export type Result = 'running' | 'done' | 'skipped' | 'failed' | 'settled';

/** One due time of an entry and who began it. Moments are ms since 1970. */
export interface Turn {
  readonly entry: NightStep;
  /** The host that it was begun for alone; '' where all that share the database count as one. */
  readonly scope: string;
  readonly due: number;
  readonly host: string;
  readonly pid: number;
  readonly begun: number;
  readonly ended: number | null;
  readonly result: Result;
  /** The exit code; null while it runs. */
  readonly exit: number | null;
}

/** The due times that were begun, in a database that all machines share which may begin them. */
export interface ScheduleBook {
  /** The turn of the last due time of an entry; null when there was none yet. */
  last(entry: NightStep, scope: string): Promise<Turn | null>;
  /** The last `limit` turns, the latest first. */
  lastTurns(entry: NightStep, scope: string, limit: number): Promise<Turn[]>;
  /** Begins a due time; false when somebody else has. */
  begin(turn: Turn): Promise<boolean>;
  /** Takes over a turn that was not brought to its end; false when somebody else has. */
  inherit(died: Turn, heir: Turn): Promise<boolean>;
  end(turn: Turn, result: Result, exit: number | null, ended: number): Promise<void>;
  /** Since when a machine's entries are held; null when they are not. */
  heldSince(host: string): Promise<number | null>;
  /** Holds a machine's entries; false when they are held already. */
  hold(host: string, since: number): Promise<boolean>;
  /** Lets them go on; false when they were not held. */
  letGo(host: string): Promise<boolean>;
}
