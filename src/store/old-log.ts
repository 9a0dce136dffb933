import { lstat, open, readdir, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { constants, gunzipSync } from 'node:zlib';
import { firstTime, isLongEnough, isPieceOf, pieceName } from '../domain/log-piece.js';
import { codeOf } from '../errors.js';

const HEAD = 64 * 1024;

/** How many old pieces of a log are gone, and their bytes. */
export interface ClearedLog {
  readonly files: number;
  readonly bytes: number;
}

/**
 * Removes pieces of a log into which nothing was written for `keep` ms, then sets the log itself aside as a piece when it
 * has become long. Only what orderbak wrote is touched: a file, plain or .gz, with a line of its own. Throws where the
 * folder cannot be read or changed.
 */
export async function clearOldLog(file: string, now: number, keep: number): Promise<ClearedLog> {
  const folder = dirname(file);
  let files = 0;
  let bytes = 0;
  for (const name of await readdir(folder)) {
    if (!isPieceOf(basename(file), name)) continue;
    const path = join(folder, name);
    const gone = await unlessGone(async () => {
      const { size, mtimeMs } = await lstat(path);
      if (mtimeMs >= now - keep || (await beginOf(path)) === null) return 0;
      await unlink(path);
      files += 1;
      return size;
    });
    bytes += gone ?? 0;
  }
  // Afterwards, so that what was written to a moment ago is never both set aside and removed.
  await unlessGone(() => setAside(file, now, keep));
  return { files, bytes };
}

/** Another process may clear the same log at this moment. */
async function unlessGone<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

/** Whoever has the log open notices before the next line that it has another name now, and opens the new one. */
async function setAside(file: string, now: number, keep: number): Promise<void> {
  const stats = await lstat(file);
  const first = await beginOf(file);
  if (first === null || !isLongEnough(first, now, keep)) return;
  await rename(file, join(dirname(file), pieceName(basename(file), now, process.pid)));
  // Root may clear the log of somebody else, who must still be able to write to it.
  const fresh = await open(file, 'a');
  try {
    await fresh.chmod(stats.mode & 0o777);
    if (process.getuid?.() === 0) await fresh.chown(stats.uid, stats.gid);
  } finally {
    await fresh.close();
  }
}

/** When the first line was written; null where none of orderbak's is found at the beginning, or it is no file. */
async function beginOf(path: string): Promise<number | null> {
  if (!(await lstat(path)).isFile()) return null;
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD), 0, HEAD, 0);
    const head = buffer.subarray(0, bytesRead);
    return firstTime((path.endsWith('.gz') ? unpacked(head) : head).toString('utf8', 0, HEAD));
  } finally {
    await file.close();
  }
}

/** The beginning of what was packed; nothing where it cannot be unpacked. */
function unpacked(head: Buffer): Buffer {
  try {
    return gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    return Buffer.alloc(0);
  }
}
