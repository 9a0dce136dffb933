import { accessSync, constants, statfsSync } from 'node:fs';
import { availableParallelism, freemem } from 'node:os';
import { defineConfig } from 'vitest/config';

const MEMORY_DISK = '/dev/shm';
/** What the worlds and the MariaDB of a run need of it, and as much again. */
const ROOM = 4 * 1024 ** 3;

/** Whether the tests' folders may lie in memory: what is asked of a disk a disk in memory answers too, and sooner. */
function hasMemoryDisk(): boolean {
  try {
    accessSync(MEMORY_DISK, constants.W_OK);
    const { bavail, bsize } = statfsSync(MEMORY_DISK);
    return bavail * bsize > ROOM && freemem() > 2 * ROOM;
  } catch {
    return false;
  }
}

if (process.env.TMPDIR === undefined && hasMemoryDisk()) process.env.TMPDIR = MEMORY_DISK;

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    // Tests wait for processes that they start; but each worker reads and compiles the same files anew.
    maxWorkers: 2 * availableParallelism(),
    // What the files import is read once in each worker: nothing that they share remembers anything of them.
    isolate: false,
    // These limits only end a test that hangs; the machine may be slow and busy.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
