import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Scene } from './scene.js';

const run = promisify(execFile);
const WIDE = '256m';

/** Why no small disk can be made here; null when it can. */
export async function noSmallDisk(): Promise<string | null> {
  const folder = await mkdtemp(path.join(tmpdir(), 'orderbak-disk-'));
  try {
    await run('mount', ['-t', 'tmpfs', 'tmpfs', folder]);
    await run('umount', [folder]);
    return null;
  } catch {
    return 'only root can make a small disk';
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** A disk of its own for one folder of a scene, with what lies in it; it can be made tight. */
export class SmallDisk {
  private constructor(private readonly folder: string) {}

  static async under(scene: Scene, folder: string): Promise<SmallDisk> {
    const aside = path.join(scene.scratch, 'aside');
    await mkdir(aside);
    await run('cp', ['-a', `${folder}/.`, aside]);
    await run('mount', ['-t', 'tmpfs', '-o', `size=${WIDE},mode=0755`, 'tmpfs', folder]);
    scene.ends.push(async () => {
      await run('umount', ['-l', folder]);
    });
    await run('cp', ['-a', `${aside}/.`, folder]);
    await rm(aside, { recursive: true });
    return new SmallDisk(folder);
  }

  /** Leaves so many bytes free, in whole blocks. */
  async tighten(bytes: number): Promise<void> {
    const { blocks, bfree, bsize } = await statfs(this.folder);
    const used = (blocks - bfree) * bsize;
    await this.resize(`${Math.ceil((used + bytes) / 1024)}k`);
  }

  /** Somebody has cleared the disk. */
  widen(): Promise<void> {
    return this.resize(WIDE);
  }

  private async resize(size: string): Promise<void> {
    await run('mount', ['-o', `remount,size=${size}`, this.folder]);
  }
}
