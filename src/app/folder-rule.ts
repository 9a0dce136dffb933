import type { Config } from '../config/schema.js';
import type { FolderRule } from '../domain/folder-name.js';
import { isCaseBlind } from '../store/root.js';

/** How the shop of this configuration names its order folders; `zone` is the shop's. */
export function folderRule({ orders, thumbs }: Config, zone: string): FolderRule {
  const isBlind = orders.root !== null && isCaseBlind(orders.root);
  return { template: orders.folder, zone, thumbs: thumbs.folder, isCaseBlind: isBlind };
}
