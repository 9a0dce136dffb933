import { unlinkSync } from 'node:fs';
import { lstat, readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, Doubt, EXIT, messageOf, OrderbakError } from '../errors.js';
import type { OrderFolder } from '../steps/ports/disk.js';
import { type FolderHandle, openInside } from './folder-handle.js';
import { listingOf } from './folder-view.js';
import { makeBelow } from './make-folder.js';
import { isOneName } from './one-name.js';
import type { OrderStoreParts } from './order-store.js';
import { readRange } from './read-range.js';
import { isStill, openRegular, stampAt, stampOf } from './regular-file.js';
import { mustBeGone, renameSurelyNow } from './rename-surely.js';
import { openThumbs } from './thumbs.js';

/** The work on one order folder. Takes over both handles and closes them. */
export function openOrderFolder(
  folder: FolderHandle,
  root: FolderHandle,
  parts: OrderStoreParts,
): OrderFolder {
  const pathOf = (name: string) => {
    // Every name that reaches the disk passes here; one with a separator would leave the folder.
    if (!isOneName(name)) throw new Doubt('its name does not stay inside its folder');
    return join(folder.base, name);
  };
  const thumbs = openThumbs(folder, parts.thumbsFolder, parts.pictures);
  const touched = new Map<string, FolderHandle>();

  /** A folder of the quarantine, kept open until the end. */
  const waitingRoom = async (names: readonly string[]): Promise<FolderHandle> => {
    const path = names.join('/');
    const room = touched.get(path) ?? (await makeBelow(root, path));
    touched.set(path, room);
    return room;
  };

  /** The folder of the thumbs, kept open until the end; null when there is none. */
  const thumbRoom = async (): Promise<FolderHandle | null> => {
    const room = touched.get(parts.thumbsFolder) ?? openInside(folder, parts.thumbsFolder);
    if (room !== null) touched.set(parts.thumbsFolder, room);
    return room;
  };

  const moveThumb = async (filename: string, names: readonly string[]) => {
    const theirs = await thumbRoom();
    if (theirs === null || !(await isFile(join(theirs.base, filename)))) return;
    const beside = await waitingRoom([...names, parts.thumbsFolder]);
    const there = join(beside.base, filename);
    await mustBeFree(there);
    renameSurelyNow(join(theirs.base, filename), there);
  };

  return {
    async list() {
      return listingOf(await readdir(folder.base, { withFileTypes: true }));
    },

    async stat(filename) {
      try {
        const stats = await lstat(pathOf(filename), { bigint: true });
        if (stats.isFile()) return stampOf(stats);
      } catch (error) {
        if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENAMETOOLONG') return null;
        throw error;
      }
      throw new Doubt('it is not a regular file');
    },

    known(filenames) {
      return filenames.map((filename) => {
        const stamp = isOneName(filename) ? stampAt(join(folder.base, filename)) : null;
        const sha256 = stamp === null ? undefined : parts.digests.knownOf(stamp);
        return stamp === null || sha256 === undefined ? null : { size: stamp.size, sha256 };
      });
    },

    async open(filename) {
      const opened = await openRegular(pathOf(filename), filename);
      if (opened === null) return null;
      const { handle, stamp } = opened;
      return {
        stamp,
        path: pathOfHandle(handle.fd, pathOf(filename)),
        sha256: () => parts.digests.of(handle, stamp),
        read: (start, end) => readRange(handle, start, end),
        close: () => handle.close(),
      };
    },

    async pack(files, most) {
      for (const { filename } of files) pathOf(filename);
      const wanted = files.map(({ id, filename }) => ({ id, filename }));
      const piece = await parts.readers.pack(folder.base, wanted, most);
      for (const [key, sha256] of piece.digests) parts.digests.remember(key, sha256);
      return { tar: piece.tar, taken: piece.taken, release: () => parts.readers.release(piece) };
    },

    async ensureThumb(filename, file, knownFault) {
      pathOf(filename);
      return thumbs.ensure({ name: filename, path: file.path }, file.stamp.mtimeNs, knownFault);
    },

    async unlink(filename, stamp) {
      const path = pathOf(filename);
      if (!isStill(path, stamp)) return false;
      if (!unlinkThere(path)) return false;
      mustBeGone(path);
      return true;
    },

    async quarantine(filename, stamp, target) {
      const path = pathOf(filename);
      if (!isStill(path, stamp)) return false;
      const names = target.split('/').slice(0, -1);
      // Where the thumbs' folder is a link, nothing is touched.
      await thumbRoom();
      const waiting = await waitingRoom(names);
      const place = join(waiting.base, filename);
      await mustBeFree(place);
      // Once more, for to make that room takes its time.
      if (!isStill(path, stamp)) return false;
      renameSurelyNow(path, place);
      await moveThumb(filename, names).catch(thumbStays);
      return true;
    },

    async quarantineThumb(filename, target) {
      pathOf(filename);
      await moveThumb(filename, target.split('/').slice(0, -1));
    },

    async removeThumb(filename) {
      pathOf(filename);
      const theirs = openInside(folder, parts.thumbsFolder);
      if (theirs === null) return;
      try {
        if (await isFile(join(theirs.base, filename))) await unlink(join(theirs.base, filename));
      } finally {
        theirs.close();
      }
    },

    async sync() {
      for (const handle of touched.values()) await handle.sync();
      await folder.sync();
    },

    async close() {
      for (const handle of touched.values()) handle.close();
      folder.close();
      root.close();
    },
  };
}

/**
 * A thumb that cannot follow its file is only in nobody's way, so that the file has gone. Throws where the disk refused:
 * then the removal stays open, and the next run moves the thumb.
 */
function thumbStays(error: unknown): void {
  if (error instanceof Doubt) return;
  const reason = `it is in the quarantine, but its thumb is not: ${messageOf(error)}`;
  throw new OrderbakError(EXIT.failed, 'thumb-stays', reason);
}

/** The path under which another process can open the very file that a handle holds. */
function pathOfHandle(fd: number, path: string): string {
  return process.platform === 'linux' ? `/proc/${process.pid}/fd/${fd}` : path;
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isFile();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

/** Answers false where another step has taken it in this very moment. */
function unlinkThere(path: string): boolean {
  try {
    unlinkSync(path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

/** Nothing replaces what may already wait under that name. */
async function mustBeFree(path: string): Promise<void> {
  if (await isFile(path)) throw new Doubt('the quarantine holds a file of that name already');
}
