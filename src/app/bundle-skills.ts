import pRetry from 'p-retry';
import { RETRY } from '../domain/retry.js';
import { BundleReader, MEMBER_MEMORY } from '../remote/bundle.js';
import { BusyAnswer } from '../remote/raw-answer.js';
import { RawLines, type RawQuestion } from '../remote/raw-lines.js';
import { writeWhole } from '../store/write-whole.js';
import { PaceAsker, type PaceLine } from './bundle-pace.js';

/** A file that is asked for: its size in bytes, and the path of the half file that it goes into. */
export interface WantedMember {
  readonly id: number;
  readonly size: number;
  readonly path: string;
}

/** A file that came whole and is durable in its half file; SHA-256 in hex. */
export interface CameMember {
  readonly id: number;
  readonly sha256: string;
}

const lines = new RawLines();
/** Memory for the members of bundles, of which as much is needed as bundles come at once. */
const memories: Buffer[] = [];
const underWay = new Map<number, AbortController>();

/** What a thread does with bundles: it reads them from the network, hashes their files and writes them. */
export const bundleSkills = {
  /** Answers what came, however the transfer ended. */
  async fetch(
    key: number,
    question: RawQuestion,
    wanted: readonly WantedMember[],
    line: PaceLine,
  ): Promise<CameMember[]> {
    const missing = new Map(wanted.map((file) => [file.id, file]));
    const came: Promise<CameMember | null>[] = [];
    const memory = memories.pop() ?? Buffer.allocUnsafeSlow(MEMBER_MEMORY);
    const pace = new PaceAsker(line);
    const reader = new BundleReader(({ id, sha256, bytes }) => {
      const file = missing.get(id);
      if (file === undefined || sha256 === null || bytes.byteLength !== file.size) return;
      missing.delete(id);
      pace.count(file.size);
      came.push(keep(id, file.path, bytes, sha256));
    }, memory);
    const stop = new AbortController();
    underWay.set(key, stop);
    try {
      // A server that is too busy for one question is too busy for one a file: it is asked again later.
      await pRetry(() => lines.post(question, (piece) => reader.push(piece), pace, stop.signal), {
        ...RETRY,
        signal: stop.signal,
        shouldRetry: ({ error }) => error instanceof BusyAnswer,
      });
    } catch {
      // What did not come is fetched file by file, with that path's own retries and words.
    } finally {
      underWay.delete(key);
      pace.close();
      memories.push(memory);
    }
    return (await Promise.all(came)).filter((file) => file !== null);
  },

  /** Ends a transfer; what has come until then is kept. */
  stop(key: number): void {
    underWay.get(key)?.abort();
  },
};

export type BundleSkills = typeof bundleSkills;

async function keep(id: number, path: string, bytes: Uint8Array, sha256: string): Promise<CameMember | null> {
  try {
    return { id, sha256: await writeWhole(path, bytes, sha256) };
  } catch {
    // It is fetched again by itself, and fails there if it must.
    return null;
  }
}
