import { join } from 'node:path';
import type { Receipt } from '../domain/order.js';
import { sha256Of } from './digest.js';
import { syncOpen } from './durable.js';
import { openPath } from './folder-handle.js';
import { openRegular } from './regular-file.js';

/**
 * Size in bytes and SHA-256 of what the store's disk holds at a path, made durable; null when there is no such file,
 * or when it cannot be made durable: a second fsync would succeed without doing it, so that the file is fetched again.
 */
export async function receiptOf(store: string, path: string): Promise<Receipt | null> {
  const slash = path.lastIndexOf('/');
  const folder = openPath(store, path.slice(0, slash));
  if (folder === null) return null;
  try {
    const own = join(folder.base, path.slice(slash + 1));
    const file = await openRegular(own, path);
    if (file === null) return null;
    try {
      const sha256 = await sha256Of(file.handle);
      const isDurable = await syncOpen(file.handle, own)
        .then(() => folder.sync())
        .then(
          () => true,
          () => false,
        );
      return isDurable ? { size: file.stamp.size, sha256 } : null;
    } finally {
      await file.handle.close();
    }
  } finally {
    folder.close();
  }
}
