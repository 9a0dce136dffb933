import { pagesOf } from '../domain/pages.js';
import type { OrderFolder, OrderStore } from './ports/disk.js';
import type { Deletions, Intent, RemovalRule } from './ports/removals.js';
import { statInQuarantine } from './stat-in-quarantine.js';
import { RunStopped } from './step.js';

const PAGE = 500;

/**
 * Settles removals that a killed run of this step wrote down but did not report: a file that is gone is done, a file that
 * is still there stays. `rule` is the step's own: another step may be in the middle of what it wrote down.
 * `now` is the shop's local time for the rows that are closed.
 */
export async function settleRemovals(
  deletions: Deletions,
  store: OrderStore,
  rule: RemovalRule,
  now: string,
): Promise<void> {
  const pages = pagesOf(
    (after) => deletions.unsettled(rule, after, PAGE),
    ({ id }) => id,
  );
  for await (const intents of pages) {
    const gone: Intent[] = [];
    const there: Intent[] = [];
    for (const intent of intents) {
      try {
        ((await isThere(store, intent)) ? there : gone).push(intent);
      } catch (error) {
        // A folder that is a link by now, or cannot be looked into, is in no other's way: the plan says so, a later run settles it.
        if (error instanceof RunStopped) throw error;
      }
    }
    await deletions.done(gone, now);
    await deletions.withdraw(there);
  }
}

async function isThere(store: OrderStore, intent: Intent): Promise<boolean> {
  const folder = await store.openFolder(intent.folder);
  if (folder === null) return false;
  try {
    const { files, others } = await folder.list();
    const there = files.includes(intent.filename) || others.includes(intent.filename);
    if (there && !waits(store, intent)) return true;
    if (intent.rule === 'trash') await takeThumbToo(folder, intent);
    await folder.sync();
    return false;
  } finally {
    await folder.close();
  }
}

/** Whether a file had come to the quarantine already: what has its name now is another one. */
function waits(store: OrderStore, { filename, quarantine, size }: Intent): boolean {
  return quarantine !== null && statInQuarantine(store, quarantine, filename)?.size === size;
}

/** Trash takes its thumb with it; one that cannot follow is only in nobody's way. */
async function takeThumbToo(folder: OrderFolder, { filename, quarantine }: Intent): Promise<void> {
  const taken =
    quarantine === null ? folder.removeThumb(filename) : folder.quarantineThumb(filename, quarantine);
  await taken.catch(() => undefined);
}
