import { hostname } from 'node:os';
import { need } from '../config/needs.js';
import { machinesOf } from '../config/role.js';
import type { Config } from '../config/schema.js';
import { readBacklog, readRecordedAt } from '../db/backlog.js';
import { firstBegun, lastGood } from '../db/last-good.js';
import { openRunHistory } from '../db/run-history.js';
import { openScheduleBook } from '../db/schedule-book.js';
import { readStoreFigures } from '../db/store-figures.js';
import type { Database } from '../db/tables.js';
import { nextDue } from '../domain/schedule/due.js';
import { type OfficeStatus, officeStatus } from '../reports/office-status.js';
import { type ServerStatus, serverStatus } from '../reports/server-status.js';
import type { RunsBook } from '../reports/status.js';
import { roomOf } from '../store/probe.js';
import { entriesOf, zoneOf } from './entries.js';
import { type Ground, openGround } from './ground.js';
import { withRecords } from './records.js';

/** How this machine stands; null for what it is not. */
export interface Status {
  readonly server: ServerStatus | null;
  readonly office: OfficeStatus | null;
}

/** Looks at this machine: the shop's server, the one in the office, or both, as the configuration says. */
export async function readStatus(config: Config): Promise<Status> {
  const machines = machinesOf(config);
  return {
    server: machines.includes('server') ? await readServer(config) : null,
    office: machines.includes('office') ? await readOffice(config) : null,
  };
}

async function readServer(config: Config): Promise<ServerStatus> {
  const ground = await openGround(config);
  return serverStatusOf(ground).finally(() => ground.close());
}

/** How the shop's server stands. */
export function serverStatusOf(ground: Ground): Promise<ServerStatus> {
  const { config, database, bakFiles, pending, store, clock } = ground;
  const root = need(config, 'orders', 'root');
  return serverStatus({
    root,
    store: store(),
    bakFiles,
    pending,
    runs: runsOf(database, config),
    clock,
    backlog: () => readBacklog(database),
    recordedAt: (id) => readRecordedAt(database, id),
    room: () => roomOf(root),
  });
}

async function readOffice(config: Config): Promise<OfficeStatus> {
  const store = need(config, 'pull', 'store');
  return withRecords(config, 'office', (database) =>
    officeStatus({
      store,
      runs: runsOf(database, config),
      clock: Date.now,
      figures: () => readStoreFigures(database),
      room: () => roomOf(store),
    }),
  );
}

const MOST_FAILURES = 1000;

function runsOf(database: Database, config: Config): RunsBook {
  const history = openRunHistory(database, hostname());
  return {
    lastOfEachStep: history.lastOfEachStep,
    active: history.active,
    heldSince: () => openScheduleBook(database).heldSince(hostname()),
    lastGood: () => lastGood(database),
    firstBegun: () => firstBegun(database),
    next: (step) => {
      const entry = entriesOf(config).find(({ name }) => name === step);
      return entry === undefined ? null : nextDue(entry.at, zoneOf(config), Date.now());
    },
    givenUp: async () =>
      (await history.openFailures(MOST_FAILURES)).filter(({ attempts }) => attempts >= config.retry.attempts),
  };
}
