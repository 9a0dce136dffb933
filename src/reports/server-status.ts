import {
  type Amount,
  type Backlog,
  estimatedBytes,
  type RecordedAt,
  type RowState,
} from '../domain/backlog.js';
import type { Clock } from '../domain/clock.js';
import { roomNeeds, waitingNeeds } from '../domain/health.js';
import { nightOn } from '../domain/night.js';
import type { Room } from '../domain/room.js';
import type { ListedPlace, OrderStore } from '../steps/ports/disk.js';
import type { BakFiles, PendingRows } from '../steps/ports/records.js';
import { glancesAt } from './glances.js';
import {
  type DiskStatus,
  diskNeeds,
  type MachineStatus,
  type RunsBook,
  readDisk,
  readRuns,
} from './status.js';

const SAMPLE = 2000;

/** What it takes to tell how the server stands. */
export interface ServerStatusParts {
  readonly root: string;
  readonly store: OrderStore;
  readonly bakFiles: BakFiles;
  readonly pending: PendingRows;
  readonly runs: RunsBook;
  readonly clock: Clock;
  backlog(): Promise<Backlog>;
  recordedAt(id: number): Promise<RecordedAt | null>;
  room(): Promise<Room | null>;
}

/** Files of the backlog; `about` where their bytes are estimated from some of them. */
export interface Pile extends Amount {
  readonly about: boolean;
}

/** How the shop's server stands. */
export interface ServerStatus extends MachineStatus {
  readonly piles: Readonly<Record<RowState | 'quarantine', Pile>>;
  /** Files that the last runs held back, by step. */
  readonly held: ReadonlyMap<string, number>;
  /** Of the files that wait for the office the first, and when it was recorded where that can be told. */
  readonly oldest: {
    readonly id: number;
    readonly order: number;
    readonly recorded: RecordedAt | null;
  } | null;
}

/** Looks at records, disk and runs. */
export async function serverStatus(parts: ServerStatusParts): Promise<ServerStatus> {
  const { root, store, clock } = parts;
  const [backlog, runs, disk] = await Promise.all([
    parts.backlog(),
    readRuns(nightOn('server'), parts.runs, clock),
    readDisk(root, async () => {
      await store.checkRoot();
      return parts.room();
    }),
  ]);
  const oldest = backlog.oldest && { ...backlog.oldest, recorded: await parts.recordedAt(backlog.oldest.id) };
  // What a whole night held back, its steps did.
  const held = runs.steps.flatMap(({ step, last }) =>
    last !== null && step !== 'run' && last.counts.held > 0 ? [[step, last.counts.held] as const] : [],
  );
  const needs = [
    ...diskNeeds(disk),
    ...runs.needs,
    ...waitingNeeds(oldest?.recorded ?? null, clock()),
    ...roomNeeds(disk.room, root),
  ];
  return { ...runs, disk, needs, oldest, held: new Map(held), piles: await pilesOf(backlog, disk, parts) };
}

async function pilesOf(
  { states, quarantine }: Backlog,
  { fault }: DiskStatus,
  { store, bakFiles, pending }: ServerStatusParts,
): Promise<ServerStatus['piles']> {
  const exact = (amount: Amount): Pile => ({ ...amount, about: false });
  const judged = async ({ files }: Amount, sample: () => Promise<readonly ListedPlace[]>): Promise<Pile> => {
    if (files === 0 || fault !== null) return { files, bytes: files === 0 ? 0 : null, about: false };
    const places = await sample();
    const sizes = (await glancesAt(places, store)).flatMap((glance) => glance?.size ?? []);
    const bytes = estimatedBytes(
      files,
      places.length,
      sizes.reduce((sum, size) => sum + size, 0),
    );
    return { files, bytes, about: places.length < files };
  };
  const discussed = async () => {
    const rows = await bakFiles.openRows({ rule: 'discuss', only: null }, 0, SAMPLE);
    return bakFiles.byId(rows.map((row) => row.id));
  };
  return {
    recorded: await judged(states.recorded, async () =>
      pending.locate(await pending.read({ types: [], only: null }, 0, SAMPLE)),
    ),
    discuss: await judged(states.discuss, discussed),
    'backed-up': exact(states['backed-up']),
    unlinked: exact(states.unlinked),
    missing: exact(states.missing),
    quarantine: exact(quarantine),
  };
}
