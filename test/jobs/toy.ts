import { openLeases } from '../../src/db/leases.js';
import { openDatabase } from '../../src/db/open.js';
import { openRunHistory } from '../../src/db/run-history.js';
import { openRuns } from '../../src/db/runs.js';
import { openSteering } from '../../src/db/steering.js';
import type { JobOptions, JobPorts } from '../../src/jobs/options.js';
import { runJob } from '../../src/jobs/run-job.js';
import type { Summary } from '../../src/jobs/summary.js';
import type { Applying, Entry, Outcome, Step } from '../../src/steps/step.js';
import { openDoorbell, removeBell } from '../../src/store/doorbell.js';
import { openSpool } from '../../src/store/spool.js';
import { openShop } from '../steps/shop.js';
import type { Engine } from '../support/database.js';

export const HOST = 'here';

/** Items of one file each, of these orders; `act` is what is done to a file. */
export function toyStep(
  files: readonly Entry[],
  act: (file: Entry, applying: Applying) => Promise<Outcome>,
  concurrency = 1,
): Step<Entry[]> {
  return {
    name: 'unlink-discuss',
    removes: false,
    concurrency,
    ready: async () => {},
    recover: async () => {},
    async *plan() {
      for (const file of files) yield { kind: 'do', item: [file], files: 1, bytes: 10 };
    },
    entries: (item) => item,
    pick: (item, wanted) => item.filter((_, index) => wanted(index)),
    apply: ([file], applying) => (file === undefined ? Promise.resolve({}) : act(file, applying)),
  };
}

export const fileOf = (order: number, n = 0): Entry => ({
  id: order * 1000 + n,
  path: `folder-${order}/file-${n}.jpg`,
  order,
});

export const done = async (): Promise<Outcome> => ({ done: 1, bytes: 10 });

/** A real database with orderbak's tables, and runs of toy steps in it. */
export async function openToys(engine: Engine) {
  const { shop } = await openShop(engine, []);
  const database = await openDatabase(shop.world.databaseUrl);
  const runs = openRuns(database);
  let now = Date.UTC(2026, 0, 1);
  let tells = 0;
  const ports: JobPorts = {
    leases: openLeases(database),
    runs: {
      ...runs,
      tell: (...said) => {
        tells += 1;
        return runs.tell(...said);
      },
    },
    openSpool,
    openDoorbell,
    removeBell,
    clock: () => now,
    watcher: { planning() {}, started() {}, moved() {}, advanced() {}, finished() {} },
    log: { write() {} },
    clearLog: async () => {},
    attempts: 3,
    keep: 90 * 86_400_000,
  };
  return {
    world: shop.world,
    history: openRunHistory(database, HOST),
    steering: openSteering(database),
    runs,
    tells: () => tells,
    /** The clock of the runs goes on by so many ms. */
    wait: (ms: number) => {
      now += ms;
    },
    run(step: Step<Entry[]>, options: Partial<JobOptions> = {}): Promise<Summary> {
      const usual: JobOptions = {
        dryRun: false,
        limit: null,
        ceiling: null,
        only: null,
        failedIn: null,
        kin: { night: null, resumes: null },
        told: '{}',
        origin: 'hand',
        version: 'test',
        stop: new AbortController().signal,
      };
      return runJob(step, { ...usual, ...options }, ports);
    },
    async close(): Promise<void> {
      await database.close();
      await shop.close();
    },
  };
}

export type Toys = Awaited<ReturnType<typeof openToys>>;
