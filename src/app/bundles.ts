import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { API } from '../domain/wire.js';
import type { RateLimit } from '../remote/rate-limit.js';
import type { Arrival, Bundles } from '../steps/ports/office.js';
import type { PoolWorker } from '../store/worker-pool.js';
import type { BundleSkills } from './bundle-skills.js';

/** What a bundle does not bring in time comes file by file. */
const PATIENCE_MS = 60_000;

export interface BundleParts {
  readonly url: string;
  readonly token: string;
  /** Null = as fast as it goes. */
  readonly rate: RateLimit | null;
  /** Where a row's half file lies. */
  partPath(id: number, run: number): string;
  readonly workers: { take(): PoolWorker<BundleSkills> };
}

/** Fetches bundles on worker threads, each of which reads, hashes and writes. */
export function openBundles({ url, token, rate, partPath, workers }: BundleParts): Bundles {
  let keys = 0;
  return {
    async fetch(files, run, signal): Promise<Arrival[]> {
      const key = ++keys;
      const body = JSON.stringify({ ids: files.map(({ id }) => id) });
      const wanted = files.map(({ id, size }) => ({ id, size: size ?? 0, path: partPath(id, run) }));
      const pace = rate === null ? null : paceBy(rate, signal);
      const worker = workers.take();
      // A thread that has ended has nothing more to stop.
      const stop = () => worker.ask('stop', [key]).catch(() => {});
      signal.addEventListener('abort', stop);
      try {
        const question = { url, token, path: API.bundle, body, patience: PATIENCE_MS };
        const came = await worker.ask('fetch', [key, question, wanted, pace], pace === null ? [] : [pace]);
        const hashes = new Map(came.map(({ id, sha256 }) => [id, sha256]));
        return files.flatMap((file) => {
          const sha256 = hashes.get(file.id);
          return sha256 === undefined ? [] : [{ file, receipt: { size: file.size ?? 0, sha256 } }];
        });
      } finally {
        signal.removeEventListener('abort', stop);
      }
    },
  };
}

/** A port that answers each number of bytes when they may pass. */
function paceBy(rate: RateLimit, signal: AbortSignal): MessagePort {
  const { port1, port2 } = new MessageChannel();
  port1.on('message', (bytes: number) => {
    rate.pass(bytes, signal).then(
      () => port1.postMessage(null),
      () => port1.close(),
    );
  });
  return port2;
}
