import { availableParallelism } from 'node:os';
import { type TransferListItem, Worker } from 'node:worker_threads';
import { type Asked, errorOf, type Reply, type Skills } from './worker.js';

/** A thread of a pool; what one asks of it is done in the order of asking, as far as it does not wait for the disk. */
export interface PoolWorker<S extends Skills> {
  /** Has the thread do something. Buffers in `transfer` change hands: they are empty here from now on. Rejects as the skill does. */
  ask<K extends keyof S & string>(
    skill: K,
    args: Parameters<S[K]>,
    transfer?: readonly TransferListItem[],
  ): Promise<Awaited<ReturnType<S[K]>>>;
  /** It will be asked more, and others are taken instead, until the answer is called. */
  hold(): () => void;
}

interface Waiting {
  resolve(answer: unknown): void;
  reject(error: unknown): void;
}

/** What a thread throws away is little, but it would let it grow to 48 MB before it looks. */
const YOUNG_MB = 6;
/** More than this many do not make one disk or one line faster, and each takes 10 to 15 MB. */
const MOST_WORKERS = 2;

/**
 * Threads for what would keep the main one from answering: hashing, and reading and writing many small files. They begin
 * when they are first needed, two unless there is one processor; killing the process ends them with it.
 */
export class WorkerPool<S extends Skills> {
  private readonly threads: Thread<S>[] = [];

  /** `program`: a module that calls `work` with the skills `S`. */
  constructor(private readonly program: URL) {}

  /** The thread that has the least to do. */
  take(): PoolWorker<S> {
    const idle = this.threads.find(({ load }) => load === 0);
    if (idle !== undefined) return idle;
    if (this.threads.length < Math.min(availableParallelism(), MOST_WORKERS)) {
      const started = new Thread<S>(this.program, () =>
        this.threads.splice(this.threads.indexOf(started), 1),
      );
      this.threads.push(started);
      return started;
    }
    return this.threads.reduce((best, thread) => (thread.load < best.load ? thread : best));
  }

  async close(): Promise<void> {
    await Promise.all(this.threads.map((thread) => thread.end()));
  }
}

class Thread<S extends Skills> implements PoolWorker<S> {
  private readonly worker: Worker;
  private readonly waiting = new Map<number, Waiting>();
  private asked = 0;
  private holds = 0;
  private ended = false;

  constructor(program: URL, ended: () => void) {
    this.worker = new Worker(program, { resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB } });
    // Nobody has to end it: it is in no process's way while it has nothing to do.
    this.worker.unref();
    this.worker.on('message', (answer: Reply) => this.answer(answer));
    const giveUp = (error: Error) => {
      for (const { reject } of this.waiting.values()) reject(error);
      this.waiting.clear();
    };
    this.worker.once('error', giveUp);
    this.worker.once('exit', () => {
      this.ended = true;
      ended();
      giveUp(threadEnded());
    });
  }

  get load(): number {
    return this.waiting.size + this.holds;
  }

  hold(): () => void {
    this.holds += 1;
    return () => {
      this.holds -= 1;
    };
  }

  ask<K extends keyof S & string>(
    skill: K,
    args: Parameters<S[K]>,
    transfer: readonly TransferListItem[] = [],
  ): Promise<Awaited<ReturnType<S[K]>>> {
    // What is posted to it is lost without a word, and who holds it would wait for ever.
    if (this.ended) return Promise.reject(threadEnded());
    const id = ++this.asked;
    const asked: Asked = { id, skill, args };
    return new Promise((resolve, reject) => {
      // What the skill has answered comes back as a copy of the same type.
      this.waiting.set(id, { resolve: resolve as Waiting['resolve'], reject });
      this.worker.ref();
      this.worker.postMessage(asked, transfer);
    });
  }

  async end(): Promise<void> {
    await this.worker.terminate();
  }

  private answer(answered: Reply): void {
    const waiting = this.waiting.get(answered.id);
    this.waiting.delete(answered.id);
    if (this.waiting.size === 0) this.worker.unref();
    if ('answer' in answered) waiting?.resolve(answered.answer);
    else waiting?.reject(errorOf(answered.fault));
  }
}

function threadEnded(): Error {
  return new Error('a worker thread has ended');
}
