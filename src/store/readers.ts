import type { ReadingSkills, TarPiece, WantedFile } from './reading-worker.js';
import { WorkerPool } from './worker-pool.js';

/** Threads that read and hash files of the orders' root. */
export class Readers {
  private readonly pool = new WorkerPool<ReadingSkills>(new URL('./reading-worker.js', import.meta.url));
  /** Pieces of tars that nobody reads any more. */
  private readonly spares: Uint8Array[] = [];

  /** SHA-256 in hex of what is open under this number. */
  hash(fd: number): Promise<string> {
    return this.pool.take().ask('hash', [fd]);
  }

  /** As many of these files as make a piece of a tar, and at least one; `most` bytes a file. See `TarPiece`. */
  pack(base: string, files: readonly WantedFile[], most: number): Promise<TarPiece> {
    return this.pool.take().ask('pack', [base, files, most, this.spares.pop() ?? null]);
  }

  /** Takes the memory of a piece back, of which nothing is read any more. */
  release({ tar }: TarPiece): void {
    this.spares.push(tar);
  }

  close(): Promise<void> {
    return this.pool.close();
  }
}
