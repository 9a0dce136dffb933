// One run of unlink-trash by the settings in the environment: `node track-child.js with|without`. Without: nothing of the run
// is written down while it goes, nobody can steer it, and its files are not told apart.
import { openGround } from '../../dist/app/ground.js';
import { growHeapSlowly } from '../../dist/cli/small-heap.js';
import { loadConfig } from '../../dist/config/load.js';
import { openLeases } from '../../dist/db/leases.js';
import { openRuns } from '../../dist/db/runs.js';
import { runJob } from '../../dist/jobs/run-job.js';
import { unlinkTrashStep } from '../../dist/steps/unlink-trash.js';
import { openDoorbell, removeBell } from '../../dist/store/doorbell.js';
import { openSpool } from '../../dist/store/spool.js';

// As the program itself does.
growHeapSlowly();
const isTracked = process.argv[2] === 'with';
const ground = await openGround(loadConfig(null, process.env));
const { source, bakFiles, deletions, clock, localNow, database } = ground;
const step = unlinkTrashStep({
  ...{ source, bakFiles, deletions, clock, localNow },
  store: ground.store(),
  retention: ground.retention(null),
  only: null,
  minAge: 0,
  keep: 60_000,
  earlier: null,
});
const runs = openRuns(database);
const silent = { ...runs, tell: async () => ({ run: null, orders: new Map(), untold: [] }) };
const nobody = { planning() {}, started() {}, moved() {}, advanced() {}, finished() {} };
const summary = await runJob(
  isTracked ? step : { ...step, entries: undefined },
  {
    ...{ dryRun: false, limit: null, ceiling: null, only: null, files: null },
    kin: { night: null, resumes: null },
    told: '{}',
    origin: 'hand',
    version: 'bench',
    stop: new AbortController().signal,
  },
  {
    leases: openLeases(database),
    runs: isTracked ? runs : silent,
    openSpool,
    openDoorbell: isTracked ? openDoorbell : async () => null,
    removeBell,
    clock,
    watcher: nobody,
    log: { write() {} },
    clearLog: async () => {},
    attempts: 5,
    keep: 90 * 86_400_000,
  },
);
await ground.close();
if (!summary.ok) process.stderr.write(`${JSON.stringify(summary.errors)}\n`);
process.exitCode = summary.exit;
