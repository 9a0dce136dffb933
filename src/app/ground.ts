import { need } from '../config/needs.js';
import type { Config } from '../config/schema.js';
import { openBakFiles } from '../db/bak-files.js';
import { openDeletions } from '../db/deletions.js';
import { readRootId } from '../db/migrate.js';
import { openDatabase } from '../db/open.js';
import { openPending } from '../db/pending.js';
import { openQuarantine } from '../db/quarantine.js';
import { openSource } from '../db/source.js';
import type { Ceiling } from '../domain/ceiling.js';
import type { Clock } from '../domain/clock.js';
import type { CalendarAge } from '../domain/duration.js';
import { localText } from '../domain/local-time.js';
import { once } from '../domain/once.js';
import { retentionAt } from '../domain/retention.js';
import type { Step } from '../steps/step.js';
import { DigestMemory } from '../store/digest.js';
import { openOrderStore } from '../store/order-store.js';
import { Pictures } from '../store/pictures.js';
import { Readers } from '../store/readers.js';
import type { RunChoices } from './choices.js';
import { whereClocksAgree } from './clocks-agree.js';
import { folderRule } from './folder-rule.js';
import { runIn } from './job-ports.js';

/** What all that the server does stands on: its database, its disk, its clock. Opened for one command. */
export async function openGround(config: Config) {
  const clock: Clock = Date.now;
  const zone = need(config, 'shop', 'timezone');
  const rule = folderRule(config, zone);
  const database = await openDatabase(need(config, 'database', 'url'));
  const pictures = new Pictures({ size: config.thumbs.size });
  const readers = new Readers();
  const digests = new DigestMemory(readers);
  const rootId = once(() => readRootId(database));
  return {
    config,
    clock,
    zone,
    rule,
    database,
    pictures,
    source: openSource(database, rule),
    bakFiles: openBakFiles(database, rule),
    pending: openPending(database, rule),
    deletions: openDeletions(database, clock),
    quarantine: openQuarantine(database, clock),
    // One for each run: it holds on to the root that it found. The root is asked for only by commands that look at the disk.
    store: () =>
      openOrderStore({
        root: need(config, 'orders', 'root'),
        rootId,
        thumbsFolder: config.thumbs.folder,
        pictures,
        digests,
        readers,
      }),
    localNow: () => localText(clock(), zone),
    retention: (olderThan: CalendarAge | null) =>
      retentionAt(clock(), config.retention.status, olderThan ?? config.retention.age, zone),
    run: <Item>(step: Step<Item>, choices: RunChoices, ceiling: Ceiling | null = null) =>
      runIn(database, config, whereClocksAgree(step, database, clock), choices, ceiling),
    async close(): Promise<void> {
      await pictures.close();
      await readers.close();
      await database.close();
    },
  };
}

/** What the server stands on, open. */
export type Ground = Awaited<ReturnType<typeof openGround>>;
