import { API } from '../domain/wire.js';
import type { RateLimit } from '../remote/rate-limit.js';
import type { Arrival, Bundles } from '../steps/ports/office.js';
import type { PoolWorker } from '../store/worker-pool.js';
import { PaceKeeper } from './bundle-pace.js';
import type { BundleSkills } from './bundle-skills.js';

/** What a bundle does not bring in time comes file by file. */
const PATIENCE_MS = 60_000;

/** What bundles are fetched with. */
export interface BundleParts {
  readonly url: string;
  readonly token: string;
  /** Null = as fast as it goes. */
  readonly rate: RateLimit | null;
  /** Where a row's half file lies. */
  halfPath(id: number, run: number): string;
  readonly workers: { take(): PoolWorker<BundleSkills> };
}

/** Fetches bundles on worker threads, each of which reads, hashes and writes. */
export function openBundles({ url, token, rate, halfPath, workers }: BundleParts): Bundles {
  let keys = 0;
  return {
    async fetch(files, applying): Promise<Arrival[]> {
      const { run, signal } = applying;
      const key = ++keys;
      const body = JSON.stringify({ ids: files.map(({ id }) => id) });
      const wanted = files.map(({ id, size }) => ({ id, size: size ?? 0, path: halfPath(id, run) }));
      const pace = new PaceKeeper(rate, applying);
      const { line } = pace;
      const worker = workers.take();
      // A thread that has ended has nothing more to stop.
      const stop = () => worker.ask('stop', [key]).catch(() => {});
      signal.addEventListener('abort', stop);
      try {
        const question = { url, token, path: API.bundle, body, patience: PATIENCE_MS };
        const came = await worker.ask('fetch', [key, question, wanted, line], [line.port]);
        const hashes = new Map(came.map(({ id, sha256 }) => [id, sha256]));
        const arrivals = files.flatMap((file) => {
          const sha256 = hashes.get(file.id);
          return sha256 === undefined ? [] : [{ file, receipt: { size: file.size ?? 0, sha256 } }];
        });
        pace.count(arrivals.reduce((sum, { receipt }) => sum + receipt.size, 0));
        return arrivals;
      } finally {
        pace.close();
        signal.removeEventListener('abort', stop);
      }
    },
  };
}
