import type { Ceiling } from '../domain/ceiling.js';
import type { CalendarAge } from '../domain/duration.js';
import type { Watcher } from '../jobs/ports.js';
import type { JobOptions } from '../jobs/run-job.js';
import type { OrderFilter } from '../steps/ports.js';

/** What a person or a schedule may say about one run. */
export interface RunChoices {
  readonly dryRun: boolean;
  readonly only: OrderFilter;
  readonly limit: number | null;
  readonly maxDelete: Ceiling | null;
  readonly olderThan: CalendarAge | null;
  readonly origin: JobOptions['origin'];
  readonly version: string;
  readonly stop: AbortSignal;
  readonly watcher: Watcher;
}
