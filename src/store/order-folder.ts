import { lstatSync, unlinkSync } from 'node:fs';
import { readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, Doubt } from '../errors.js';
import type { OrderFolder } from '../steps/ports/disk.js';
import { type FolderHandle, openInside } from './folder-handle.js';
import { listingOf } from './folder-view.js';
import { IntoQuarantine } from './into-quarantine.js';
import { isOneName } from './one-name.js';
import type { OrderStoreParts } from './order-store.js';
import { readRange } from './read-range.js';
import { isFile, isStill, openRegular, stampAt, stampOf } from './regular-file.js';
import { mustBeGone } from './rename-surely.js';
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
  const leaving = new IntoQuarantine(folder, root, parts.thumbsFolder);

  return {
    async list() {
      return listingOf(await readdir(folder.base, { withFileTypes: true }));
    },

    stat(filename) {
      try {
        const stats = lstatSync(pathOf(filename), { bigint: true, throwIfNoEntry: false });
        if (stats === undefined) return null;
        if (stats.isFile()) return stampOf(stats);
      } catch (error) {
        if (codeOf(error) === 'ENAMETOOLONG') return null;
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
      pathOf(filename);
      return leaving.move(filename, stamp, target);
    },

    async quarantineThumb(filename, target) {
      pathOf(filename);
      await leaving.moveThumb(filename, target);
    },

    async removeThumb(filename) {
      pathOf(filename);
      const theirs = openInside(folder, parts.thumbsFolder);
      if (theirs === null) return;
      try {
        if (isFile(join(theirs.base, filename))) await unlink(join(theirs.base, filename));
      } finally {
        theirs.close();
      }
    },

    async sync() {
      await leaving.sync();
      await folder.sync();
    },

    async close() {
      leaving.close();
      folder.close();
      root.close();
    },
  };
}

/** The path under which another process can open the very file that a handle holds. */
function pathOfHandle(fd: number, path: string): string {
  return process.platform === 'linux' ? `/proc/${process.pid}/fd/${fd}` : path;
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
