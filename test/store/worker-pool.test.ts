import { availableParallelism } from 'node:os';
import { expect, test, vi } from 'vitest';
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

test('who holds a thread that has ended is told so, and does not wait for an answer', async () => {
  const program = `import { parentPort } from 'node:worker_threads'; parentPort.once('message', () => process.exit(1));`;
  const pool = new WorkerPool<{ anything: () => void }>(
    new URL(`data:text/javascript,${encodeURIComponent(program)}`),
  );
  try {
    const held = pool.take();
    await expect(held.ask('anything', [])).rejects.toThrow('a worker thread has ended');
    await expect(held.ask('anything', [])).rejects.toThrow('a worker thread has ended');
    expect(pool.take()).not.toBe(held);
  } finally {
    await pool.close();
  }
});

test('a machine of many processors has two threads, for each takes memory', async () => {
  vi.resetModules();
  vi.doMock('node:os', async (original) => ({ ...(await original()), availableParallelism: () => 64 }));
  const { WorkerPool: Pool } = await import('../../src/store/worker-pool.js');
  vi.doUnmock('node:os');
  const pool = new Pool(new URL('../../dist/app/office-worker.js', import.meta.url));
  try {
    const threads = Array.from({ length: 5 }, () => {
      const thread = pool.take();
      thread.hold();
      return thread;
    });
    expect(new Set(threads).size).toBe(2);
  } finally {
    await pool.close();
  }
});
