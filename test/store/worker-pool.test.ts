import { availableParallelism } from 'node:os';
import { expect, test } from 'vitest';
import { WorkerPool } from '../../src/store/worker-pool.js';

// One processor has one thread.
test.runIf(availableParallelism() > 1)(
  'a thread that somebody holds is not taken while others are idle',
  async () => {
    const pool = new WorkerPool(new URL('../../dist/app/office-worker.js', import.meta.url));
    try {
      const first = pool.take();
      const letGo = first.hold();
      const second = pool.take();
      expect(second).not.toBe(first);
      second.hold();
      letGo();
      expect(pool.take()).toBe(first);
    } finally {
      await pool.close();
    }
  },
);
