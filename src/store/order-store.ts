import type { OrderFolder, OrderStore } from '../steps/ports/disk.js';
import type { DigestMemory } from './digest.js';
import { type FolderHandle, openBelow, openRootHandle } from './folder-handle.js';
import { viewFolder } from './folder-view.js';
import { openOrderFolder } from './order-folder.js';
import type { Pictures } from './pictures.js';
import { pathsBelow, purgeFile } from './quarantine.js';
import type { Readers } from './readers.js';
import { restoreFile } from './restore-file.js';
import { checkRoot, checkWritable, identityAt, type RootIdentity, rootReplaced } from './root.js';
import { statAll } from './stat-all.js';

export interface OrderStoreParts {
  readonly root: string;
  /** Answers the id that the root's marker must carry; null when the database knows none. */
  readonly rootId: () => Promise<string | null>;
  /** The name of the thumbs' folder inside an order folder. */
  readonly thumbsFolder: string;
  readonly pictures: Pictures;
  readonly digests: DigestMemory;
  readonly readers: Readers;
}

/** The server's disk below `root`, which stays the folder that it was when it was first checked. */
export function openOrderStore(parts: OrderStoreParts): OrderStore {
  let known: RootIdentity | null = null;

  const checkSameRoot = async () => {
    const found = await checkRoot(parts.root, await parts.rootId());
    known ??= found;
    if (found !== known) throw rootReplaced(parts.root);
  };

  const openRoot = async (): Promise<FolderHandle> => {
    const root = openRootHandle(parts.root);
    if (known === null || identityAt(root.base) === known) return root;
    root.close();
    // An empty folder in its place is told as what it is: a disk that is away.
    await checkSameRoot();
    throw rootReplaced(parts.root);
  };

  const onRoot = async <T>(work: (root: FolderHandle) => Promise<T>): Promise<T> => {
    const root = await openRoot();
    return work(root).finally(() => root.close());
  };

  return {
    checkRoot: checkSameRoot,

    async checkWritable() {
      await checkSameRoot();
      await checkWritable(parts.root);
    },

    async openFolder(path): Promise<OrderFolder | null> {
      const root = await openRoot();
      try {
        const folder = openBelow(root, path);
        if (folder !== null) return openOrderFolder(folder, root, parts);
      } catch (error) {
        root.close();
        throw error;
      }
      root.close();
      return null;
    },

    async openViews() {
      await checkSameRoot();
      const root = await openRoot();
      return { view: (folder, see) => viewFolder(root, folder, see), close: () => root.close() };
    },

    statAll(places) {
      const isSame = () => known === null || identityAt(parts.root) === known;
      const found = isSame() ? statAll(parts.root, places) : null;
      // What was seen while the root was being replaced is of no use.
      if (found === null || !isSame()) throw rootReplaced(parts.root);
      return found;
    },

    purge: (quarantine) => onRoot((root) => purgeFile(root, quarantine, parts.thumbsFolder)),
    restore: (file) => onRoot((root) => restoreFile(root, file, parts.thumbsFolder)),

    async *quarantined() {
      const root = await openRoot();
      try {
        yield* pathsBelow(root);
      } finally {
        root.close();
      }
    },
  };
}
