import type { Deletions, Intent, OrderStore, RemovalRule } from './ports.js';

const PAGE = 500;

/**
 * Settles removals that a killed run wrote down but did not report: a file that is gone is done, a file that is still there stays.
 * `now` is the shop's local time for the rows that are closed.
 */
export async function settleRemovals(
  deletions: Deletions,
  store: OrderStore,
  rules: readonly RemovalRule[],
  now: string,
): Promise<void> {
  for (;;) {
    const intents = await deletions.unsettled(rules, PAGE);
    if (intents.length === 0) return;
    const gone: Intent[] = [];
    const there: Intent[] = [];
    for (const intent of intents) ((await isThere(store, intent)) ? there : gone).push(intent);
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
    if (!there) await folder.sync();
    return there;
  } finally {
    await folder.close();
  }
}
