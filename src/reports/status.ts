import type { Clock } from '../domain/clock.js';
import { givenUpNeeds, type Need, runNeeds, type StepHealth } from '../domain/health.js';
import type { Room } from '../domain/room.js';
import type { FailureRecord, RunRecord } from '../domain/run.js';
import { messageOf } from '../errors.js';

/** The disk of a root or a store: its room, where it tells, or why it cannot be used. */
export interface DiskStatus {
  readonly path: string;
  readonly room: Room | null;
  readonly fault: string | null;
}

/** What every machine tells of itself. */
export interface MachineStatus {
  readonly disk: DiskStatus;
  readonly steps: readonly StepHealth[];
  /** Runs that may still do something. */
  readonly active: readonly RunRecord[];
  /** Since when all entries of its schedule are held, ms since 1970; null when they are not. */
  readonly heldSince: number | null;
  /** Why a person should look; empty where all is well. */
  readonly needs: readonly Need[];
}

/** The runs of a machine, as its database knows them. */
export interface RunsBook {
  lastOfEachStep(): Promise<RunRecord[]>;
  lastGood(): Promise<ReadonlyMap<string, number>>;
  /** When the first run began that is still known, ms since 1970. */
  firstBegun(): Promise<number | null>;
  active(): Promise<RunRecord[]>;
  heldSince(): Promise<number | null>;
  /** Files that no run tries any more, the oldest first. */
  givenUp(): Promise<FailureRecord[]>;
  /** When a step is due next, ms since 1970; null where the schedule does not have it. */
  next(step: string): number | null;
}

/** How the runs of these steps stand; steps of a machine's night are told of also when they never ran. */
export async function readRuns(
  night: readonly string[],
  book: RunsBook,
  clock: Clock,
): Promise<Pick<MachineStatus, 'steps' | 'active' | 'heldSince'> & { needs: Need[] }> {
  const [last, good, begun, active, givenUp, heldSince] = await Promise.all([
    book.lastOfEachStep(),
    book.lastGood(),
    book.firstBegun(),
    book.active(),
    book.givenUp(),
    book.heldSince(),
  ]);
  const others = last.map((run) => run.step).filter((step) => !night.includes(step));
  const steps = [...night, ...others].map((step) => ({
    step,
    // The one under way, else the last: a night that met it has a record of it too, which is younger.
    last:
      active.findLast((run) => run.step === step && run.status !== 'pending' && !run.dryRun) ??
      last.find((run) => run.step === step) ??
      null,
    lastGood: good.get(step) ?? null,
    next: book.next(step),
  }));
  const [first = ''] = night;
  const nightly = steps.filter(({ step }) => night.includes(step));
  const needs = [...runNeeds(nightly, { first, begun }, clock()), ...givenUpNeeds(givenUp)];
  return { steps, active, heldSince, needs };
}

/** Looks at a disk; what is wrong with it is told, not thrown. */
export async function readDisk(path: string, readRoom: () => Promise<Room | null>): Promise<DiskStatus> {
  try {
    return { path, room: await readRoom(), fault: null };
  } catch (error) {
    return { path, room: null, fault: messageOf(error) };
  }
}

/** A disk that cannot be used is the first thing that a person should hear of. */
export function diskNeeds({ fault }: DiskStatus): Need[] {
  return fault === null ? [] : [{ code: 'disk-away', message: fault }];
}
