import pRetry from 'p-retry';
import type { Receipt } from '../domain/order.js';
import type { ListedFile } from '../domain/wire.js';
import { EXIT, OrderbakError } from '../errors.js';
import type { Arrival, BackupServer, OfficeStore, PartFile } from './ports.js';
import { type Applying, type Failure, failureOf, type Outcome } from './step.js';

/**
 * Fetches the files of one parcel that the office does not hold yet, keeps them, and marks them all.
 * Only what is verified, durable and in the catalog is marked.
 */
export async function fetchParcel(
  parcel: readonly ListedFile[],
  server: BackupServer,
  office: OfficeStore,
  applying: Applying,
): Promise<Outcome> {
  const failed: Failure[] = [];
  const held = new Map<number, Arrival>();
  const wanted: ListedFile[] = [];
  for (const file of parcel) {
    const receipt = await office.held(file);
    if (receipt === null) wanted.push(file);
    else held.set(file.id, { file, receipt });
  }
  const first = await mark([...held.values()], server, office, applying.signal);
  // The store's copy is sound, but the server has other bytes by now: they are fetched beside it.
  const outdated = first
    .filter((result) => result.status === 'mismatch')
    .map((result) => held.get(result.id)?.file);
  const fetched = await fetchAll(
    [...wanted, ...outdated.filter((file) => file !== undefined)],
    server,
    office,
    {
      ...applying,
      fail: (file, error) => failed.push(failureOf(file.id, pathOf(file), error)),
    },
  );
  const notes = await office.keep(fetched);
  const second = await mark(fetched, server, office, applying.signal);
  const files = new Map(parcel.map((file) => [file.id, file]));
  const results = [...first.filter((result) => result.status !== 'mismatch'), ...second];
  for (const { id, status } of results) {
    const file = files.get(id);
    if (file === undefined || status === 'marked' || status === 'already') continue;
    failed.push({ id, path: pathOf(file), code: status, message: NOT_MARKED[status] });
  }
  return {
    done: results.filter((result) => result.status === 'marked' || result.status === 'already').length,
    bytes: fetched.reduce((sum, arrival) => sum + arrival.receipt.size, 0),
    failed,
    notes,
  };
}

const NOT_MARKED = {
  mismatch: 'the file changed on the server while it was copied; the next run fetches it again',
  missing: 'the file left the server before its copy was marked',
  unknown: 'the server no longer knows this file',
} as const;

async function mark(
  arrivals: readonly Arrival[],
  server: BackupServer,
  office: OfficeStore,
  signal: AbortSignal,
) {
  if (arrivals.length === 0) return [];
  const claims = arrivals.map(({ file, receipt }) => ({ id: file.id, ...receipt }));
  const results = await server.mark(claims, signal);
  const good = results.filter((result) => result.status === 'marked' || result.status === 'already');
  await office.marked(good.map((result) => result.id));
  return results;
}

interface Fetching extends Applying {
  fail(file: ListedFile, error: unknown): void;
}

/** Small files come in a bundle; a large one, and what the bundle did not bring, by itself. */
async function fetchAll(
  files: readonly ListedFile[],
  server: BackupServer,
  office: OfficeStore,
  fetching: Fetching,
): Promise<Arrival[]> {
  const bundled = files.length > 1 ? await fetchBundle(files, server, office, fetching) : [];
  const arrived = new Set(bundled.map((arrival) => arrival.file.id));
  const arrivals = [...bundled];
  for (const file of files) {
    if (arrived.has(file.id)) continue;
    if (fetching.signal.aborted) break;
    try {
      arrivals.push({ file, receipt: await fetchOne(file, server, office, fetching) });
    } catch (error) {
      if (!fetching.signal.aborted) fetching.fail(file, error);
    }
  }
  return arrivals;
}

async function fetchBundle(
  files: readonly ListedFile[],
  server: BackupServer,
  office: OfficeStore,
  { signal, progress }: Applying,
): Promise<Arrival[]> {
  const missing = new Map(files.map((file) => [file.id, file]));
  const arrivals: Arrival[] = [];
  for await (const { id, sha256, bytes } of server.bundle([...missing.keys()], signal)) {
    const file = missing.get(id);
    if (file === undefined) continue;
    const part = await office.part(file);
    try {
      await part.restart(null);
      await part.append(bytes);
      const receipt = await part.finish();
      if (receipt.sha256 === sha256) {
        arrivals.push({ file, receipt });
        missing.delete(id);
        progress(receipt.size);
      }
    } finally {
      await part.close();
    }
  }
  return arrivals;
}

const RETRY = { retries: 4, minTimeout: 500, factor: 2, randomize: true } as const;

/** Fetches one file, going on where a broken transfer ended; bytes that are not what the server says are thrown away. */
async function fetchOne(
  file: ListedFile,
  server: BackupServer,
  office: OfficeStore,
  { signal, progress }: Applying,
): Promise<Receipt> {
  const part = await office.part(file);
  try {
    return await pRetry(() => fetchRest(file, part, server, signal, progress), {
      ...RETRY,
      signal,
      shouldRetry: ({ error }) => error instanceof OrderbakError && error.exit === EXIT.away,
    });
  } finally {
    await part.close();
  }
}

async function fetchRest(
  file: ListedFile,
  part: PartFile,
  server: BackupServer,
  signal: AbortSignal,
  progress: (bytes: number) => void,
): Promise<Receipt> {
  const download = await server.download(file.id, part.size, part.etag, signal);
  if (download.from === 0 || download.from !== part.size) await part.restart(download.etag);
  for await (const chunk of download.body) {
    await part.append(chunk);
    progress(chunk.byteLength);
  }
  const receipt = await part.finish();
  if (receipt.size === download.size && receipt.sha256 === (download.sha256 ?? receipt.sha256))
    return receipt;
  await part.restart(null);
  throw new OrderbakError(EXIT.away, 'wrong-bytes', 'what arrived is not what the server says it sent');
}

function pathOf(file: ListedFile): string {
  return `${file.folder}/${file.filename}`;
}
