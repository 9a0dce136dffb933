import type { FolderViews } from '../steps/ports/disk.js';
import { openRootHandle } from './folder-handle.js';
import { viewFolder } from './folder-view.js';
import { checkThere } from './root.js';

/** Opens a root to view its folders; it need not carry a marker yet. Throws with exit 75 when it is not there or empty. */
export async function openViewsOf(root: string): Promise<FolderViews> {
  await checkThere(root);
  const handle = openRootHandle(root);
  return { view: (folder, see) => viewFolder(handle, folder, see), close: () => handle.close() };
}
