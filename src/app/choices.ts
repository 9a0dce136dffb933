import type { Ceiling } from '../domain/ceiling.js';
import type { CalendarAge } from '../domain/duration.js';
import type { Kin, Origin, Watcher } from '../jobs/ports.js';
import type { OrderFilter } from '../steps/ports/shop.js';

/** What a person or a schedule may say about one run. */
export interface RunChoices {
  readonly dryRun: boolean;
  readonly only: OrderFilter;
  readonly limit: number | null;
  readonly maxDelete: Ceiling | null;
  readonly olderThan: CalendarAge | null;
  readonly origin: Origin;
  readonly version: string;
  readonly stop: AbortSignal;
  readonly watcher: Watcher;
  readonly errand: Errand;
}

/** On whose behalf a run is made. */
export interface Errand {
  readonly kin: Kin;
  /** Just what failed in this run and has not gone well since; null = all. */
  readonly failedIn: number | null;
}

/** A run for nobody but itself. */
export const OWN: Errand = { kin: { night: null, resumes: null }, failedIn: null };

type Told = Pick<RunChoices, 'only' | 'limit' | 'maxDelete' | 'olderThan'>;

/** What a run is told by whom nothing was said. */
export const TOLD_NOTHING: Told = { only: null, limit: null, maxDelete: null, olderThan: null };

/** What a run was told, as it is kept in its row. */
export function toldOf({ only, limit, maxDelete, olderThan }: RunChoices): string {
  const told: Told = { only, limit, maxDelete, olderThan };
  return JSON.stringify(told);
}

/** The same, read again; a run that is older than this was told nothing. */
export function readTold(told: string | null): Told {
  // Written by `toldOf`, maybe by an earlier version with fewer words.
  return told === null ? TOLD_NOTHING : { ...TOLD_NOTHING, ...(JSON.parse(told) as Partial<Told>) };
}
