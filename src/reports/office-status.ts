import type { Clock } from '../domain/clock.js';
import { roomNeeds, type StoreFigures, unmarkedNeeds } from '../domain/health.js';
import { nightOn } from '../domain/night.js';
import type { Room } from '../domain/room.js';
import { diskNeeds, type MachineStatus, type RunsBook, readDisk, readRuns } from './status.js';

/** What it takes to tell how the office's machine stands; `store` is the folder. */
export interface OfficeStatusParts {
  readonly store: string;
  readonly runs: RunsBook;
  readonly clock: Clock;
  figures(): Promise<StoreFigures>;
  room(): Promise<Room | null>;
}

/** How the machine in the office stands. */
export interface OfficeStatus extends MachineStatus {
  readonly figures: StoreFigures;
  /** When the server last answered, as far as this machine knows, ms since 1970. */
  readonly lastContact: number | null;
}

/** Looks at catalog, disk and runs. */
export async function officeStatus(parts: OfficeStatusParts): Promise<OfficeStatus> {
  const { store, clock } = parts;
  const [figures, runs, disk] = await Promise.all([
    parts.figures(),
    readRuns(nightOn('office'), parts.runs, clock),
    readDisk(store, parts.room),
  ]);
  const needs = [
    ...diskNeeds(disk),
    ...runs.needs,
    ...unmarkedNeeds(figures, clock()),
    ...roomNeeds(disk.room, store),
  ];
  // A pull that went well has talked to the server up to its end; one that has planned files, at least after it began.
  const heard = [
    figures.lastMarked,
    ...runs.steps.flatMap(({ last, lastGood }) => [
      lastGood,
      last !== null && last.counts.planned > 0 ? last.started : null,
    ]),
  ].filter((at) => at !== null);
  return { ...runs, disk, needs, figures, lastContact: heard.length === 0 ? null : Math.max(...heard) };
}
