import { sampleOrders } from '../db/sample-orders.js';
import { sampledFolder } from '../domain/sample.js';
import { EXIT, OrderbakError } from '../errors.js';
import type { FolderViews } from '../steps/ports/disk.js';
import type { Ground } from './ground.js';

const SAMPLE = 20;

/** Throws where not one of the newest orders that name files has its folder in the root: it is another one, or the rule is wrong. */
export async function checkFolders(ground: Ground, root: string): Promise<void> {
  const folders = await newestFolders(ground);
  const [example] = folders;
  if (example === undefined) return;
  const views = await ground.store().openViews();
  const isThere = folders.some((folder) => isSeen(folder, views));
  views.close();
  if (isThere) return;
  const whose = folders.length === 1 ? 'the only order' : `the newest ${folders.length} orders`;
  throw new OrderbakError(
    EXIT.failed,
    'folders-missing',
    `no folder of ${whose} is in ${root}, e.g. ${example}`,
    'Is the root one level too high? Correct [orders] root, [orders] folder or [shop] timezone.',
  );
}

/** Where the newest orders that name files have them. */
async function newestFolders({ database, rule }: Ground): Promise<string[]> {
  // What is wrong with the views, their own check says.
  const { orders, files } = await sampleOrders(database, SAMPLE).catch(() => ({ orders: [], files: [] }));
  const withFiles = new Set(files.map((file) => file.id_order));
  return orders.flatMap((order) => (withFiles.has(order.id_order) ? (sampledFolder(order, rule) ?? []) : []));
}

/** Whether something is there, whatever it is. */
function isSeen(folder: string, views: FolderViews): boolean {
  try {
    return views.view(folder, () => true) ?? false;
  } catch {
    return true;
  }
}
