import type { Stats } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../errors.js';
import { isRefusal, renamePatiently } from './durable.js';
import { halfFolderIn } from './own-folder.js';

/** A half file is gone on with by the next run; one that is so old, in ms, belongs to a row that is not listed any more. */
const KEEP_MS = 30 * 24 * 60 * 60 * 1000;
const HALF = /^(\d+)(?:-\d+)?\.part$/;
const TEMPORARY = /\.tmp$/;

/**
 * The half files of a store, under names of their run. One that was taken for dead, as after a suspension, and goes on, finds
 * its names gone: it cannot write to what another run has given its place by then.
 */
export class HalfFiles {
  private readonly folder: string;
  /** What earlier runs have left, by the row. */
  private readonly left = new Map<number, string>();

  constructor(store: string) {
    this.folder = halfFolderIn(store);
  }

  /** Where a run writes a row's file. */
  path(id: number, run: number): string {
    return join(this.folder, `${id}-${run}.part`);
  }

  /** Where a run writes the list of hashes of the folder that holds the file of this row. */
  sumsPath(id: number, run: number): string {
    return join(this.folder, `sums-${id}-${run}.tmp`);
  }

  /** Bytes that half files hold. */
  async size(): Promise<number> {
    let bytes = 0;
    for (const name of await readdir(this.folder)) bytes += (await this.statOf(name))?.size ?? 0;
    return bytes;
  }

  /** Looks at what earlier runs have left; removes what nobody comes back to, and answers its rows. `now`: ms since 1970. */
  async sweep(now: number): Promise<number[]> {
    const files: { name: string; mtimeMs: number }[] = [];
    for (const name of await readdir(this.folder)) {
      const stats = await this.statOf(name);
      if (stats !== null) files.push({ name, mtimeMs: stats.mtimeMs });
    }
    const gone: number[] = [];
    this.left.clear();
    for (const { name, mtimeMs } of files.sort((a, b) => a.mtimeMs - b.mtimeMs)) {
      const id = HALF.exec(name)?.[1];
      if (now - mtimeMs >= KEEP_MS || TEMPORARY.test(name)) {
        const isGone = await this.remove(name);
        if (isGone && id !== undefined) gone.push(Number(id));
      } else if (id !== undefined) {
        // Of several of one row, the latest is gone on with.
        await this.drop([Number(id)]);
        this.left.set(Number(id), name);
      }
    }
    return gone.filter((id) => !this.left.has(id));
  }

  /** Takes over what an earlier run has left of a row's file, if it did. */
  async takeOver(id: number, run: number): Promise<void> {
    const name = this.left.get(id);
    if (name === undefined) return;
    this.left.delete(id);
    await renamePatiently(join(this.folder, name), this.path(id, run));
  }

  /** Removes what earlier runs have left of these rows' files, and answers of which they did. */
  async drop(ids: readonly number[]): Promise<number[]> {
    const dropped: number[] = [];
    for (const id of ids) {
      const name = this.left.get(id);
      if (name === undefined) continue;
      await this.remove(name);
      this.left.delete(id);
      dropped.push(id);
    }
    return dropped;
  }

  /** Null when it is gone: a run that was taken for dead may still go on for a moment. */
  private statOf(name: string): Promise<Stats | null> {
    return stat(join(this.folder, name)).catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return null;
      throw error;
    });
  }

  /** False when somebody holds it: a later run comes back to it. */
  private async remove(name: string): Promise<boolean> {
    try {
      await rm(join(this.folder, name), { force: true });
      return true;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      return false;
    }
  }
}
