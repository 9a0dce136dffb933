import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { storePath, versionName } from '../domain/store-name.js';
import { Doubt } from '../errors.js';
import type { Arrival } from '../steps/ports.js';
import { sha256Of } from './digest.js';
import { renamePatiently } from './durable.js';
import { type FolderHandle, makeBelow, openRootHandle } from './folder-handle.js';
import type { Kept } from './office-store.js';
import { openRegular } from './regular-file.js';

/**
 * Renames half files that are whole, verified and durable to their places, and makes the names durable.
 * What lies in a place already is never replaced: equal bytes are kept as they are, for others a second name is found.
 */
export async function keepArrivals(
  store: string,
  arrivals: readonly Arrival[],
  mapped: boolean,
  partPath: (id: number) => string,
): Promise<{ kept: Kept[]; notes: string[] }> {
  const kept: Kept[] = [];
  const notes: string[] = [];
  const folders = new Map<string, FolderHandle>();
  const root = await openRootHandle(store);
  try {
    for (const { file, receipt } of arrivals) {
      const wanted = storePath(file.folder, file.filename, mapped);
      const path = wanted.slice(0, wanted.lastIndexOf('/'));
      const own = wanted.slice(path.length + 1);
      const folder = folders.get(path) ?? (await makeBelow(root, path));
      folders.set(path, folder);
      const name = await place(folder, own, partPath(file.id), receipt.sha256);
      if (name !== own) {
        notes.push(`${path}/${own} holds other bytes already; both are kept, the new ones as ${name}`);
      }
      kept.push({
        ...receipt,
        folder: file.folder,
        filename: file.filename,
        path: `${path}/${name}`,
        serverId: file.id,
      });
    }
    for (const folder of folders.values()) await folder.sync();
    return { kept, notes };
  } finally {
    for (const folder of folders.values()) await folder.close();
    await root.close();
  }
}

async function place(folder: FolderHandle, own: string, part: string, sha256: string): Promise<string> {
  for (const name of [own, versionName(own, sha256)]) {
    const there = await openRegular(join(folder.base, name), name);
    if (there === null) {
      await renamePatiently(part, join(folder.base, name));
      return name;
    }
    try {
      if ((await sha256Of(there.handle)) !== sha256) continue;
      await syncOpen(there.handle, join(folder.base, name));
    } finally {
      await there.handle.close();
    }
    await rm(part, { force: true });
    return name;
  }
  throw new Doubt('two other files hold its names in the store already');
}

/** Makes durable what an open file holds. Windows wants a handle that could write for it. */
export async function syncOpen(file: FileHandle, path: string): Promise<void> {
  if (process.platform !== 'win32') return file.sync();
  const writable = await open(path, 'r+');
  await writable.sync().finally(() => writable.close());
}
