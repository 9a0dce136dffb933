import pRetry from 'p-retry';
import type { Receipt } from '../domain/order.js';
import { RETRY, SILENT } from '../domain/retry.js';
import type { ListedFile } from '../domain/wire.js';
import { EXIT, isAway, OrderbakError } from '../errors.js';
import type { Arrival, BackupServer, Bundles, HalfFile, OfficeStore } from './ports/office.js';
import { type Applying, RunCancelled, RunStopped } from './step.js';

/** What the fetching of one parcel needs; `fail` notes a file that does not arrive this time. */
export interface Fetching extends Applying {
  readonly server: BackupServer;
  readonly bundles: Bundles;
  readonly office: OfficeStore;
  fail(file: ListedFile, error: unknown): void;
}

/**
 * Small files come in a bundle; a large one, and what the bundle did not bring, by itself.
 * `stopped` is the error for which the whole run must end, once what has arrived is kept.
 */
export async function fetchFiles(
  files: readonly ListedFile[],
  fetching: Fetching,
): Promise<{ arrivals: Arrival[]; stopped: RunStopped | null }> {
  const arrivals = files.length > 1 ? await fetchBundle(files, fetching) : [];
  const arrived = new Set(arrivals.map((arrival) => arrival.file.id));
  for (const file of files) {
    if (arrived.has(file.id)) continue;
    if (fetching.signal.aborted) break;
    try {
      arrivals.push({ file, receipt: await fetchOne(file, fetching) });
    } catch (error) {
      if (fetching.signal.aborted) break;
      const stopped = await whyStopped(error, fetching);
      if (fetching.signal.aborted) break;
      if (stopped !== null) return { arrivals, stopped };
      fetching.fail(file, error);
    }
  }
  return { arrivals, stopped: null };
}

/** After a transfer that failed for good: null if it is this file's trouble, else the error that the server gives to any question. */
async function whyStopped(error: unknown, { server, signal }: Fetching): Promise<RunStopped | null> {
  if (error instanceof RunStopped) return error;
  if (!isAway(error)) return null;
  try {
    await server.list(0, 1, signal);
    return null;
  } catch (answer) {
    return answer instanceof OrderbakError ? RunStopped.of(answer) : null;
  }
}

async function fetchBundle(files: readonly ListedFile[], fetching: Fetching): Promise<Arrival[]> {
  await fetching.gate();
  return fetching.signal.aborted ? [] : fetching.bundles.fetch(files, fetching);
}

/**
 * Fetches one file, going on where a broken transfer ended; bytes that are not what the server says are thrown away. A half
 * file stays for the next run, unless it is empty or the run was cancelled.
 */
async function fetchOne(file: ListedFile, fetching: Fetching): Promise<Receipt> {
  const { office, run, signal } = fetching;
  const half = await office.halfFile(file, run);
  try {
    return await pRetry(() => fetchRest(file, half, fetching), {
      ...RETRY,
      signal,
      shouldRetry: async ({ error }) => {
        if (!isAway(error)) return false;
        // Whoever has a word for a small question may still be hashing the file, and is asked for it again.
        const stopped = error.code === SILENT ? await whyStopped(error, fetching) : null;
        if (stopped !== null) throw stopped;
        return true;
      },
    });
  } catch (error) {
    if (half.size === 0 || signal.reason instanceof RunCancelled) await half.discard();
    throw error;
  } finally {
    await half.close();
  }
}

async function fetchRest(
  file: ListedFile,
  half: HalfFile,
  { server, signal, gate, progress }: Fetching,
): Promise<Receipt> {
  const download = await server.download(file.id, half.size, half.etag, signal);
  const { sha256 } = download;
  try {
    if (sha256 === null) throw noDigest();
    if (download.size !== file.size) throw otherSize(file, download.size);
    if (download.from === 0 || download.from !== half.size) await half.restart(download.etag);
  } catch (error) {
    await leave(download.body);
    throw error;
  }
  for await (const chunk of download.body) {
    await gate();
    await half.append(chunk);
    progress(chunk.byteLength);
  }
  const receipt = await half.finish();
  if (receipt.size === download.size && receipt.sha256 === sha256) return receipt;
  await half.restart(null);
  throw new OrderbakError(EXIT.away, 'wrong-bytes', 'what arrived is not what the server says it sent');
}

/** A body that nobody reads would keep its connection. */
async function leave(body: AsyncIterable<Uint8Array>): Promise<void> {
  try {
    for await (const _ of body) return;
  } catch {
    // It broke off by itself.
  }
}

function noDigest(): OrderbakError {
  const message = 'the answer does not say the hash of the file; is there a proxy that changes it?';
  return new OrderbakError(EXIT.failed, 'no-digest', message);
}

/** The plan has looked for room for what was listed, so that nothing else is let in. */
function otherSize({ size }: ListedFile, sent: number): OrderbakError {
  const message = `the server lists ${size} bytes and sends ${sent}; the next run asks it again`;
  return new OrderbakError(EXIT.away, 'other-size', message);
}
