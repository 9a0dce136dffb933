import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    // Tests mostly wait for processes that they start: one processor less for them, the default, is half of a small machine.
    maxWorkers: Math.max(2, availableParallelism()),
    // These limits only end a test that hangs; the machine may be slow and busy.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
