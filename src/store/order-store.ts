import { rmdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, Doubt } from '../errors.js';
import type { OrderFolder, OrderStore } from '../steps/ports.js';
import type { DigestMemory } from './digest.js';
import { type FolderHandle, openBelow, openRootHandle } from './folder-handle.js';
import { openOrderFolder } from './order-folder.js';
import type { Pictures } from './pictures.js';
import { openRegular } from './regular-file.js';
import { checkRoot, checkWritable, identityOf, type RootIdentity, rootReplaced } from './root.js';

/** Where trash waits, below the root. */
export const QUARANTINE = '.orderbak-trash';

export interface OrderStoreParts {
  readonly root: string;
  /** Answers the id that the root's marker must carry; null when the database knows none. */
  readonly rootId: () => Promise<string | null>;
  /** The name of the thumbs' folder inside an order folder. */
  readonly thumbsFolder: string;
  readonly pictures: Pictures;
  readonly digests: DigestMemory;
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
    const root = await openRootHandle(parts.root);
    if (known === null || (await identityOf(root)) === known) return root;
    await root.close();
    // An empty folder in its place is told as what it is: a disk that is away.
    await checkSameRoot();
    throw rootReplaced(parts.root);
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
        const folder = await openBelow(root, path);
        if (folder !== null) return openOrderFolder(folder, root, parts);
      } catch (error) {
        await root.close();
        throw error;
      }
      await root.close();
      return null;
    },

    async purge(quarantine) {
      const [top, ...rest] = quarantine.split('/');
      const name = rest.pop();
      if (top !== QUARANTINE || rest.length < 2 || name === undefined)
        throw new Doubt('it is not in the quarantine');
      const root = await openRoot();
      try {
        await purgeFile(root, [QUARANTINE, ...rest], name, parts.thumbsFolder);
      } finally {
        await root.close();
      }
    },
  };
}

async function purgeFile(
  root: FolderHandle,
  path: readonly string[],
  name: string,
  thumbs: string,
): Promise<void> {
  for (const folderPath of [[...path, thumbs], [...path]]) {
    const folder = await openBelow(root, folderPath.join('/'));
    if (folder === null) continue;
    try {
      const file = await openRegular(join(folder.base, name), name);
      await file?.handle.close();
      if (file !== null) await unlink(join(folder.base, name));
      await folder.sync();
    } finally {
      await folder.close();
    }
    await removeEmpty(root, folderPath);
  }
}

/** Removes a folder of the quarantine and those above it, as far as they are empty. */
async function removeEmpty(root: FolderHandle, path: readonly string[]): Promise<void> {
  for (let length = path.length; length > 1; length -= 1) {
    try {
      await rmdir(join(root.base, ...path.slice(0, length)));
    } catch (error) {
      if (codeOf(error) === 'ENOTEMPTY' || codeOf(error) === 'EEXIST') return;
      if (codeOf(error) !== 'ENOENT') throw error;
    }
  }
}
