import { type FolderRule, folderOf } from '../domain/folder-name.js';
import type { Order } from '../domain/order.js';

const MOST_FOLDERS = 20_000;

/** `folderOf` for orders that come again and again, with each of their files. */
export function rememberingFolders(rule: FolderRule): (order: Order) => string | null {
  const known = new Map<number, { order: Order; folder: string | null }>();
  return (order) => {
    const before = known.get(order.id);
    if (before !== undefined && isSame(before.order, order)) return before.folder;
    if (known.size >= MOST_FOLDERS) known.clear();
    const folder = folderOf(order, rule);
    known.set(order.id, { order, folder });
    return folder;
  };
}

/** In what the folder's name is made of. */
function isSame(a: Order, b: Order): boolean {
  return a.createTime === b.createTime && a.createBy === b.createBy && a.folder === b.folder;
}
