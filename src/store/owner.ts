import { closeSync, constants, fchownSync, openSync, statSync } from 'node:fs';

/** To whom something is to belong, by the system's numbers. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/**
 * To whom belongs what this process makes in a folder: where root makes it, to the folder's owner and group, or else the next
 * run, which is another user's, could not write there. Null = to whoever makes it. `folder` is what is before a name of it.
 */
export function ownerIn(folder: string): Owner | null {
  if (process.geteuid?.() !== 0) return null;
  const { uid, gid } = statSync(folder);
  return uid === 0 && gid === 0 ? null : { uid, gid };
}

/** Gives away what is held open. A disk that knows no owners, or gives root none, refuses it: then it stays as it was made. */
export function giveTo(owner: Owner, fd: number): void {
  try {
    fchownSync(fd, owner.uid, owner.gid);
  } catch {
    // Nothing is lost by it. Whoever cannot write there is told so, and what to do.
  }
}

/** Gives away a folder that this process has just made. What has become a link, or is gone, is told to whoever opens it next. */
export function giveFolderTo(owner: Owner, path: string): void {
  const fd = openQuietly(path);
  if (fd === null) return;
  giveTo(owner, fd);
  closeSync(fd);
}

function openQuietly(path: string): number | null {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  } catch {
    return null;
  }
}
