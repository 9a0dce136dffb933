import type { ReadingSkills } from './reading-worker.js';
import { WorkerPool } from './worker-pool.js';

/** Threads that read and hash files of the orders' root. */
export function openReaders(): WorkerPool<ReadingSkills> {
  return new WorkerPool(new URL('./reading-worker.js', import.meta.url));
}
