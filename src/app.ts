import { join } from 'node:path';
import { loadConfig, need } from './config/load.js';
import type { Config } from './config/schema.js';
import { openBakFiles } from './db/bak-files.js';
import { openCatalog, openCatalogDatabase } from './db/catalog.js';
import { openCensusBook } from './db/census.js';
import { openDeletions } from './db/deletions.js';
import { openLeases } from './db/leases.js';
import { checkViews, migrate, planMigration, readRootId, saveRootId } from './db/migrate.js';
import { openDatabase } from './db/open.js';
import { pastRemovals } from './db/past-removals.js';
import { openPending } from './db/pending.js';
import { openQuarantine } from './db/quarantine.js';
import { openRuns } from './db/runs.js';
import { openSource } from './db/source.js';
import type { Database } from './db/tables.js';
import type { Ceiling } from './domain/ceiling.js';
import type { Clock } from './domain/clock.js';
import type { CalendarAge } from './domain/duration.js';
import type { FileType } from './domain/file-type.js';
import { localText } from './domain/local-time.js';
import { retentionAt } from './domain/retention.js';
import { type Place, placeTyped } from './domain/typed-path.js';
import type { ListedFile } from './domain/wire.js';
import { EXIT, OrderbakError } from './errors.js';
import type { Standing, Watcher } from './jobs/ports.js';
import { type JobOptions, type JobPorts, runJob } from './jobs/run-job.js';
import { type Summary, withTroubles } from './jobs/summary.js';
import { unlock } from './jobs/unlock.js';
import { openFiles } from './reports/open-files.js';
import { pendingFiles, pendingPage } from './reports/pending-files.js';
import { countStrangers, type QuarantinedFile, quarantinedFiles } from './reports/quarantined-files.js';
import { type Answer, why, whyRow } from './reports/why.js';
import { insertStep } from './steps/insert.js';
import { type Claim, markBackedUpStep, markClaims } from './steps/mark-backed-up.js';
import type { OrderFilter } from './steps/ports.js';
import { pullStep } from './steps/pull.js';
import { purgeTrashStep } from './steps/purge-trash.js';
import { restoreTrashStep, type Wish } from './steps/restore-trash.js';
import type { Step, StepName } from './steps/step.js';
import { unlinkBackedUpStep, unlinkDiscussStep } from './steps/unlink-recorded.js';
import { unlinkTrashStep } from './steps/unlink-trash.js';
import { DigestMemory } from './store/digest.js';
import { OWN_FOLDER, openOfficeStore, prepareStore } from './store/office-store.js';
import { openOrderStore } from './store/order-store.js';
import { Pictures } from './store/pictures.js';
import { markRoot, rootNames } from './store/root.js';
import { openSpool } from './store/spool.js';

export { loadConfig };

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

const clock: Clock = Date.now;
/** More trash than this is more likely a database that lost its rows. */
const TRASH_CEILING: Ceiling = { kind: 'share', percent: 50 };

/** The shop's server: its database and its disk. Opened for one command, closed after it. */
export async function openServerApp(config: Config) {
  const zone = need(config.shop.timezone, 'shop.timezone');
  const rule = { template: config.orders.folder, zone };
  const database = await openDatabase(need(config.database.url, 'database.url'));
  const source = openSource(database, rule);
  const bakFiles = openBakFiles(database, rule);
  const read = openPending(database, rule);
  const deletions = openDeletions(database, clock);
  const census = openCensusBook(database);
  const quarantine = openQuarantine(database, clock);
  const pictures = new Pictures({ size: config.thumbs.size });
  const digests = new DigestMemory();
  let rootId: Promise<string | null> | null = null;
  // One for each run: it holds on to the root that it found. The root is asked for only by commands that look at the disk.
  const store = () =>
    openOrderStore({
      root: need(config.orders.root, 'orders.root'),
      rootId: () => (rootId ??= readRootId(database)),
      thumbsFolder: config.thumbs.folder,
      pictures,
      digests,
    });
  const localNow = () => localText(clock(), zone);
  const retention = (choices: RunChoices) =>
    retentionAt(clock(), config.retention.status, choices.olderThan ?? config.retention.age, zone);
  const run = <Item>(step: Step<Item>, choices: RunChoices, ceiling: Ceiling | null = null) =>
    runJob(step, { ...choices, ceiling }, jobPorts(database, choices.watcher));
  const unlinkParts = (choices: RunChoices) => {
    const { only } = choices;
    return { source, bakFiles, deletions, store: store(), retention: retention(choices), only, localNow };
  };
  const ceiling = (choices: RunChoices) => choices.maxDelete ?? config.delete.max;

  return {
    /** Task 1. */
    insert: (choices: RunChoices): Promise<Summary> =>
      run(
        insertStep({
          source,
          bakFiles,
          retention: retention(choices),
          only: choices.only,
          counts: choices.dryRun,
        }),
        choices,
      ),

    /** Task 2. */
    unlinkDiscuss: (choices: RunChoices): Promise<Summary> =>
      run(unlinkDiscussStep(unlinkParts(choices)), choices, ceiling(choices)),

    /** Task 5. */
    unlinkBackedUp: (choices: RunChoices): Promise<Summary> =>
      run(unlinkBackedUpStep(unlinkParts(choices)), choices, ceiling(choices)),

    /** Task 3, and the end of what an earlier night put into the quarantine. */
    async unlinkTrash(choices: RunChoices): Promise<Summary> {
      const { min_age: minAge, keep } = config.trash;
      // Who sets a ceiling for this one run has looked at the plan.
      const earlier = choices.maxDelete === null ? await census.last() : null;
      const parts = { ...unlinkParts(choices), clock, minAge, keep, earlier };
      const step = unlinkTrashStep(parts);
      const summary = await run(step, choices, ceiling(choices) ?? TRASH_CEILING);
      if (choices.dryRun || choices.stop.aborted || summary.stopped !== null) return summary;
      if (choices.only === null && choices.limit === null) await census.remember(step.census());
      const which = { before: clock() - keep, run: null, folders: null };
      const purging = { deletions, quarantine, store: parts.store, which };
      const purge = await run(purgeTrashStep(purging), choices).catch((error: unknown) => {
        if (error instanceof OrderbakError && error.exit === EXIT.busy) return null;
        throw error;
      });
      // Where another run purges at this moment, nothing is left to purge here.
      return purge === null || purge.ok ? summary : withTroubles(summary, purge);
    },

    /** The second server question of task 4, by hand. */
    markBackedUp: (claims: AsyncIterable<Claim>, choices: RunChoices): Promise<Summary> =>
      run(markBackedUpStep(claims, { bakFiles, store: store(), localNow }), choices),

    /** The first: every file that waits for the office, in id order, some thousand at a time. */
    async *list(types: readonly FileType[], only: OrderFilter): AsyncGenerator<ListedFile[]> {
      const disk = store();
      await disk.checkRoot();
      yield* pendingFiles({ read, store: disk }, { types, only });
    },

    /** What waits in the quarantine, in id order. */
    async *quarantined(run: number | null, only: OrderFilter): AsyncGenerator<QuarantinedFile[]> {
      const disk = store();
      await disk.checkRoot();
      const folders = only && (await source.folderFacts(only)).folders.map(({ folder }) => folder);
      yield* quarantinedFiles(quarantine, disk, { before: null, run, folders });
    },

    /** How many files lie in the quarantine that are none of orderbak's. */
    strangers: () => countStrangers(quarantine, store(), config.thumbs.folder),

    /** A moment (ms since 1970) on the shop's clock. */
    localTime: (ms: number) => localText(ms, zone),

    /** How long trash waits unless somebody says otherwise, ms. */
    trashKeep: config.trash.keep,

    restoreTrash: (wish: Wish, choices: RunChoices): Promise<Summary> =>
      run(restoreTrashStep(wish, { deletions, quarantine, store: store() }), choices),

    /** By hand: what has waited for at least `age` ms, or all that a run put there. */
    purgeTrash: (age: number, ofRun: number | null, choices: RunChoices): Promise<Summary> => {
      const which = { before: clock() - age, run: ofRun, folders: null };
      return run(
        purgeTrashStep({ deletions, quarantine, store: store(), which }),
        choices,
        choices.maxDelete,
      );
    },

    /** Why a file is gone, kept or held: by the id of its row, or by a path that was typed in the folder `cwd`. */
    async why(asked: string, cwd: string): Promise<Answer> {
      const disk = store();
      await disk.checkRoot();
      const parts = {
        source,
        rows: bakFiles,
        removalsOf: (folder: string, filename: string) => pastRemovals(database, folder, filename),
        store: disk,
        retention: retentionAt(clock(), config.retention.status, config.retention.age, zone),
        youngest: clock() - config.trash.min_age,
        thumbsFolder: config.thumbs.folder,
      };
      return /^\d+$/.test(asked) ? whyRow(Number(asked), parts) : why(await this.placeOf(asked, cwd), parts);
    },

    /** The file that somebody means who types a path in the folder `cwd`. Throws with exit 2 when it can be none below the root. */
    async placeOf(typed: string, cwd: string): Promise<Place> {
      const root = need(config.orders.root, 'orders.root');
      const place = placeTyped(typed, cwd, await rootNames(root));
      if (place !== null) return place;
      throw new OrderbakError(
        EXIT.usage,
        'usage',
        `"${typed}" is no file of an order below ${root}`,
        'Write the path as <order folder>/<filename>, or the id of a row.',
      );
    },

    /** What is left to do for the database, as statements. */
    planMigration: () => planMigration(database, config.source.views),

    /** Brings database and root up to date. Answers what was done. */
    async migrate(): Promise<{ statements: number; marker: string | null }> {
      const root = need(config.orders.root, 'orders.root');
      const statements = await planMigration(database, config.source.views);
      await migrate(database, statements);
      await checkViews(database);
      const known = await readRootId(database);
      const marker = await markRoot(root, known);
      if (marker.id !== known) await saveRootId(database, marker.id);
      return { statements: statements.length, marker: marker.written ? root : null };
    },

    /** What the API asks, once the root is known to be there. */
    async questions() {
      await store().checkRoot();
      return {
        list: async (after: number, limit: number) => {
          const disk = store();
          await disk.checkRoot();
          return pendingPage({ read, store: disk }, after, limit, { types: [], only: null });
        },
        mark: async (claims: readonly Claim[]) => {
          const disk = store();
          await disk.checkRoot();
          const results = await markClaims(claims, { bakFiles, store: disk, localNow });
          return results.map(({ id, status }) => ({ id, status }));
        },
        files: (ids: readonly number[]) => openFiles(ids, bakFiles, store()),
      };
    },

    async close(): Promise<void> {
      await pictures.close();
      await database.close();
    },
  };
}

export type ServerApp = Awaited<ReturnType<typeof openServerApp>>;

/** The machine in the office: its store, with the catalog in it, and the server's API. */
export async function openOfficeApp(config: Config, transfers: number) {
  const path = need(config.pull.store, 'pull.store');
  const url = need(config.pull.url, 'pull.url');
  const token = need(config.pull.token, 'pull.token');
  await prepareStore(path);
  const database = await openCatalogDatabase(catalogPath(path));
  const office = await openOfficeStore(path, openCatalog(database), clock);
  const { BackupClient } = await import('./remote/backup-client.js');
  const { rateLimit } = await import('./remote/rate-limit.js');
  const server = new BackupClient({ url, token, transfers, rate: rateLimit(config.pull.rate_limit) });
  return {
    /** Task 4. */
    pull: (choices: RunChoices): Promise<Summary> => {
      const { only, stop } = choices;
      const until = config.pull.until === null ? null : nextTimeOfDay(config.pull.until);
      const step = pullStep({ server, office, only, transfers, clock, until, signal: stop });
      return runJob(step, { ...choices, ceiling: null }, jobPorts(database, choices.watcher));
    },

    async close(): Promise<void> {
      await server.close();
      await database.close();
    },
  };
}

/**
 * Takes a step's lease away (see `unlock`): in the office's catalog for `pull`, else in the shop's database.
 * Answers who had it; null when nobody had.
 */
export async function unlockStep(config: Config, step: StepName, force: boolean): Promise<Standing | null> {
  const database =
    step === 'pull'
      ? await openCatalogDatabase(catalogPath(need(config.pull.store, 'pull.store')))
      : await openDatabase(need(config.database.url, 'database.url'));
  return unlock(openLeases(database), step, force).finally(() => database.close());
}

function catalogPath(store: string): string {
  return join(store, OWN_FOLDER, 'catalog.sqlite');
}

function jobPorts(database: Database, watcher: Watcher): JobPorts {
  return { leases: openLeases(database), runs: openRuns(database), openSpool, clock, watcher };
}

/** The next time that this machine's clock shows so many minutes after midnight, ms since 1970. */
function nextTimeOfDay(minutes: number): number {
  const at = new Date(clock());
  at.setHours(Math.floor(minutes / 60), minutes % 60, 0, 0);
  if (at.getTime() <= clock()) at.setDate(at.getDate() + 1);
  return at.getTime();
}
