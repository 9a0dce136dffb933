import { need } from '../config/needs.js';
import type { Config } from '../config/schema.js';
import { openCatalog } from '../db/catalog.js';
import { readStoreFigures } from '../db/store-figures.js';
import type { Summary } from '../jobs/summary.js';
import { BackupClient } from '../remote/backup-client.js';
import { rateLimit } from '../remote/rate-limit.js';
import { pullStep } from '../steps/pull.js';
import { HalfFiles } from '../store/half-files.js';
import { openOfficeStore } from '../store/office-store.js';
import { WorkerPool } from '../store/worker-pool.js';
import { openBundles } from './bundles.js';
import { openStoreCatalog } from './catalog.js';
import type { RunChoices } from './choices.js';
import { runIn } from './job-ports.js';
import type { OfficeSkills } from './office-worker.js';

/** The machine in the office: its store, with the catalog in it, and the server's API. */
export async function openOfficeApp(config: Config, transfers: number) {
  const store = need(config, 'pull', 'store');
  const url = need(config, 'pull', 'url');
  const token = need(config, 'pull', 'token');
  const database = await openStoreCatalog(config);
  const workers = new WorkerPool<OfficeSkills>(new URL('./office-worker.js', import.meta.url));
  const halves = new HalfFiles(store);
  const office = await openOfficeStore({
    store,
    catalog: openCatalog(database),
    clock: Date.now,
    halves,
    workers,
  });
  const limit = config.pull.rate_limit;
  const rate = rateLimit(limit);
  const bundles = openBundles({
    url,
    token,
    rate: limit === null ? null : rate,
    halfPath: (id, run) => halves.path(id, run),
    workers,
  });
  return {
    /** Task 4. */
    pull: async (choices: RunChoices): Promise<Summary> => {
      const { only, watcher } = choices;
      const retrying = (why: string) => watcher.retrying?.(why);
      const server = new BackupClient({ url, token, transfers, rate, retrying });
      const until = config.pull.until === null ? null : nextTimeOfDay(config.pull.until);
      const step = pullStep({ server, bundles, office, only, transfers, clock: Date.now, until });
      const summary = await runIn(database, config, step, choices, null).finally(() => server.close());
      if (!summary.interrupted) return summary;
      const { files } = (await readStoreFigures(database)).unmarked;
      return files === 0 ? summary : { ...summary, left: leftText(files) };
    },

    async close(): Promise<void> {
      await workers.close();
      await database.close();
    },
  };
}

function leftText(files: number): string {
  return `${files === 1 ? '1 file is' : `${files} files are`} in the store, and not marked on the server yet`;
}

/** The next time that this machine's clock shows so many minutes after midnight, ms since 1970. */
function nextTimeOfDay(minutes: number): number {
  const at = new Date(Date.now());
  at.setHours(Math.floor(minutes / 60), minutes % 60, 0, 0);
  if (at.getTime() <= Date.now()) at.setDate(at.getDate() + 1);
  return at.getTime();
}
