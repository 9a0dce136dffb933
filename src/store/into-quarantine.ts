import { join } from 'node:path';
import { Doubt, EXIT, messageOf, OrderbakError } from '../errors.js';
import type { Stamp } from '../steps/ports/disk.js';
import { type FolderHandle, openInside } from './folder-handle.js';
import { makeBelow } from './make-folder.js';
import { isFile, isStill } from './regular-file.js';
import { renameSurelyNow } from './rename-surely.js';

/** Moves files of an order folder, and their thumbs, into the quarantine. The caller has seen to it that names stay in the folder. */
export class IntoQuarantine {
  /** Folders of the quarantine, and that of the thumbs: each is synced once, at the end, for all that went through it. */
  private readonly touched = new Map<string, FolderHandle>();

  constructor(
    private readonly folder: FolderHandle,
    private readonly root: FolderHandle,
    private readonly thumbsFolder: string,
  ) {}

  /** See `OrderFolder.quarantine`. */
  async move(filename: string, stamp: Stamp, target: string): Promise<boolean> {
    const path = join(this.folder.base, filename);
    if (!isStill(path, stamp)) return false;
    // Where the thumbs' folder is a link, nothing is touched.
    this.thumbRoom();
    const waiting = await this.waitingRoom(folderOf(target));
    // Once more, for to make that room takes its time.
    if (!isStill(path, stamp)) return false;
    renameAside(path, join(waiting.base, filename));
    await this.moveThumb(filename, target).catch(thumbStays);
    return true;
  }

  /** See `OrderFolder.quarantineThumb`. */
  async moveThumb(filename: string, target: string): Promise<void> {
    const theirs = this.thumbRoom();
    if (theirs === null || !isFile(join(theirs.base, filename))) return;
    const beside = await this.waitingRoom(`${folderOf(target)}/${this.thumbsFolder}`);
    renameAside(join(theirs.base, filename), join(beside.base, filename));
  }

  /** Makes the moves durable, but for the order folder itself. */
  async sync(): Promise<void> {
    for (const handle of this.touched.values()) await handle.sync();
  }

  close(): void {
    for (const handle of this.touched.values()) handle.close();
  }

  private async waitingRoom(path: string): Promise<FolderHandle> {
    const room = this.touched.get(path) ?? (await makeBelow(this.root, path));
    this.touched.set(path, room);
    return room;
  }

  /** Null where the order folder has no thumbs. Throws where their folder is a link. */
  private thumbRoom(): FolderHandle | null {
    const room = this.touched.get(this.thumbsFolder) ?? openInside(this.folder, this.thumbsFolder);
    if (room !== null) this.touched.set(this.thumbsFolder, room);
    return room;
  }
}

function folderOf(target: string): string {
  return target.split('/').slice(0, -1).join('/');
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

/** Renames without replacing what may already wait under that name. */
function renameAside(from: string, to: string): void {
  if (isFile(to)) throw new Doubt('the quarantine holds a file of that name already');
  renameSurelyNow(from, to);
}
