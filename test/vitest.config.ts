import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    // Tests wait for processes that they start more than they work.
    maxWorkers: 2 * availableParallelism(),
    // What the files import is read once in each worker: nothing that they share remembers anything of them.
    isolate: false,
    // These limits only end a test that hangs; the machine may be slow and busy.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
