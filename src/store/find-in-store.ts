import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { pathOf } from '../domain/file-name.js';
import { groupBy } from '../domain/group-by.js';
import { storeFolder, storeName } from '../domain/store-name.js';
import type { ListedFile } from '../domain/wire.js';
import { codeOf } from '../errors.js';
import type { Arrival, Holding } from '../steps/ports/office.js';
import type { Catalog } from './catalog.js';
import { type FolderHandle, openPath } from './folder-handle.js';
import type { PlacedFile } from './keep-arrivals.js';
import { receiptOf } from './kept-file.js';

/** The store's folder, whether its names are mapped, and what is in it. */
interface Lookup {
  readonly store: string;
  readonly mapped: boolean;
  readonly catalog: Catalog;
}

/** What of some files the store holds; `adopted` lies in its place without being in the catalog: a run was killed between the two. */
export async function findInStore(
  files: readonly ListedFile[],
  { store, mapped, catalog }: Lookup,
): Promise<Holding & { readonly adopted: readonly PlacedFile[] }> {
  const found: Arrival[] = [];
  const adopted: PlacedFile[] = [];
  const failed: Holding['failed'][number][] = [];
  const folders = groupBy(files, ({ folder }) => folder);
  const known = groupBy(await catalog.inFolders([...folders.keys()]), pathOf);

  /** What the catalog knows of a file is looked at, else what lies in its place. */
  const find = async (file: ListedFile, path: string, isThere: (name: string) => Promise<boolean>) => {
    const entries = (known.get(pathOf(file)) ?? []).filter(({ size }) => size === file.size);
    for (const kept of entries.reverse()) {
      const receipt = await receiptOf(store, kept.path);
      if (receipt?.sha256 === kept.sha256) return found.push({ file, receipt });
    }
    const { folder, filename, id: serverId } = file;
    const name = storeName(filename, mapped);
    if (entries.length > 0 || !(await isThere(name))) return;
    const receipt = await receiptOf(store, `${path}/${name}`);
    if (receipt === null || receipt.size !== file.size) return;
    const kept = { ...receipt, folder, filename, path: `${path}/${name}`, serverId };
    return adopted.push({ arrival: { file, receipt }, kept });
  };

  for (const [folder, some] of folders) {
    const path = storeFolder(folder, mapped);
    let opened: FolderHandle | null = null;
    try {
      opened = openPath(store, path);
    } catch (error) {
      failed.push(...some.map((file) => ({ file, error })));
      continue;
    }
    const base = opened?.base ?? null;
    for (const file of some) {
      await find(file, path, async (name) => base !== null && (await exists(join(base, name)))).catch(
        (error: unknown) => failed.push({ file, error }),
      );
    }
    opened?.close();
  }
  return { found, adopted, failed };
}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENAMETOOLONG') return false;
    throw error;
  }
}
