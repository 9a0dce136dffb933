import pRetry from 'p-retry';
import type { Receipt } from '../domain/order.js';
import type { ListedFile, MarkResult, MarkStatus } from '../domain/wire.js';
import { EXIT, OrderbakError } from '../errors.js';
import type { Arrival, BackupServer, OfficeStore, PartFile } from './ports.js';
import { type Applying, type Failure, failureOf, type Outcome, RunStopped } from './step.js';

/** What the fetching of one parcel needs; `fail` notes a file that does not arrive this time. */
interface Fetching extends Applying {
  readonly server: BackupServer;
  readonly office: OfficeStore;
  fail(file: ListedFile, error: unknown): void;
}

/**
 * Fetches the files of one parcel that the office does not hold yet, keeps them, and marks them all.
 * Only what is verified, durable and in the catalog is marked. One file's failure is not the others'.
 */
export async function fetchParcel(
  parcel: readonly ListedFile[],
  server: BackupServer,
  office: OfficeStore,
  applying: Applying,
): Promise<Outcome> {
  const failed: Failure[] = [];
  const fetching: Fetching = {
    ...applying,
    server,
    office,
    fail: (file, error) => failed.push(failureOf(file.id, pathOf(file), error)),
  };
  const { held, wanted } = await lookInStore(parcel, fetching);
  const first = await mark(held, fetching);
  // The store's copy is sound, but the server has other bytes by now: they are fetched beside it.
  const outdated = held.filter(({ file }) => first.get(file.id) === 'mismatch').map(({ file }) => file);
  const { arrivals, stopped } = await fetchAll([...wanted, ...outdated], fetching);
  const { kept, notes } = await keep(arrivals, fetching);
  if (stopped !== null) throw stopped;
  const second = await mark(kept, fetching);

  const told = new Map([...held, ...kept].map(({ file }) => [file.id, file]));
  const statuses = new Map([...first, ...second]);
  const broken = new Set(failed.map((failure) => failure.id));
  let done = 0;
  for (const [id, file] of told) {
    const status = statuses.get(id) ?? 'unanswered';
    if (isMarked(status)) done += 1;
    else if (!broken.has(id)) {
      failed.push({ id, path: pathOf(file), code: status, message: NOT_MARKED[status] });
    }
  }
  return { done, bytes: kept.reduce((sum, { receipt }) => sum + receipt.size, 0), failed, notes };
}

const NOT_MARKED = {
  mismatch: 'the file changed on the server while it was copied; the next run fetches it again',
  missing: 'the file left the server before its copy was marked',
  unknown: 'the server no longer knows this file',
  unanswered: 'the server does not say that it marked it; the next run tells it again',
} as const;

function isMarked(status: MarkStatus | 'unanswered'): status is 'marked' | 'already' {
  return status === 'marked' || status === 'already';
}

/** What the store holds of a parcel already, and what is to be fetched. */
async function lookInStore(
  parcel: readonly ListedFile[],
  { office, signal, fail }: Fetching,
): Promise<{ held: Arrival[]; wanted: ListedFile[] }> {
  const held: Arrival[] = [];
  const wanted: ListedFile[] = [];
  for (const file of parcel) {
    signal.throwIfAborted();
    try {
      const receipt = await office.held(file);
      if (receipt === null) wanted.push(file);
      else held.push({ file, receipt });
    } catch (error) {
      fail(file, error);
    }
  }
  return { held, wanted };
}

/** Tells the server what the office holds; answers what it says of each, in which a file may be missing. */
async function mark(
  arrivals: readonly Arrival[],
  { server, office, signal }: Fetching,
): Promise<Map<number, MarkResult['status']>> {
  if (arrivals.length === 0) return new Map();
  const claims = arrivals.map(({ file, receipt }) => ({ id: file.id, ...receipt }));
  const asked = new Set(claims.map((claim) => claim.id));
  const results = (await server.mark(claims, signal)).filter(({ id }) => asked.has(id));
  await office.marked(results.filter(({ status }) => isMarked(status)).map(({ id }) => id));
  return new Map(results.map(({ id, status }) => [id, status]));
}

/** Gives arrivals their places. One that has to stay outside does not keep the others there. */
async function keep(
  arrivals: readonly Arrival[],
  fetching: Fetching,
): Promise<{ kept: Arrival[]; notes: string[] }> {
  try {
    return { kept: [...arrivals], notes: await fetching.office.keep(arrivals) };
  } catch (error) {
    if (isAway(error)) throw error;
    const [only] = arrivals;
    if (only !== undefined && arrivals.length === 1) {
      fetching.fail(only.file, error);
      return { kept: [], notes: [] };
    }
  }
  const one: { kept: Arrival[]; notes: string[] }[] = [];
  for (const arrival of arrivals) one.push(await keep([arrival], fetching));
  return { kept: one.flatMap(({ kept }) => kept), notes: one.flatMap(({ notes }) => notes) };
}

/**
 * Small files come in a bundle; a large one, and what the bundle did not bring, by itself.
 * `stopped` is the error for which the whole run must end, once what has arrived is kept.
 */
async function fetchAll(
  files: readonly ListedFile[],
  fetching: Fetching,
): Promise<{ arrivals: Arrival[]; stopped: OrderbakError | null }> {
  const arrivals = files.length > 1 ? await fetchBundle(files, fetching) : [];
  const arrived = new Set(arrivals.map((arrival) => arrival.file.id));
  for (const file of files) {
    if (arrived.has(file.id)) continue;
    if (fetching.signal.aborted) break;
    try {
      arrivals.push({ file, receipt: await fetchOne(file, fetching) });
    } catch (error) {
      if (fetching.signal.aborted) break;
      const stopped = error instanceof RunStopped ? error : await whyAway(error, fetching);
      if (fetching.signal.aborted) break;
      if (stopped !== null) return { arrivals, stopped };
      fetching.fail(file, error);
    }
  }
  return { arrivals, stopped: null };
}

/** After a transfer that failed for good: null if it is this file's trouble, else the error that the server gives to any question. */
async function whyAway(error: unknown, { server, signal }: Fetching): Promise<OrderbakError | null> {
  if (!isAway(error)) return null;
  try {
    await server.list(0, 1, signal);
    return null;
  } catch (answer) {
    return answer instanceof OrderbakError ? answer : null;
  }
}

async function fetchBundle(
  files: readonly ListedFile[],
  { server, office, signal, progress }: Fetching,
): Promise<Arrival[]> {
  const missing = new Map(files.map((file) => [file.id, file]));
  const arrivals: Arrival[] = [];
  for await (const { id, sha256, bytes } of server.bundle([...missing.keys()], signal)) {
    const file = missing.get(id);
    if (file === undefined) continue;
    try {
      const receipt = await writeWhole(file, bytes, office);
      if (receipt.sha256 !== sha256) continue;
      arrivals.push({ file, receipt });
      missing.delete(id);
      progress(receipt.size);
    } catch {
      // It is fetched again by itself, and fails there if it must.
    }
  }
  return arrivals;
}

async function writeWhole(file: ListedFile, bytes: Buffer, office: OfficeStore): Promise<Receipt> {
  const part = await office.part(file);
  try {
    await part.restart(null);
    await part.append(bytes);
    return await part.finish();
  } finally {
    await part.close();
  }
}

const RETRY = { retries: 4, minTimeout: 500, factor: 2, randomize: true } as const;

/** Fetches one file, going on where a broken transfer ended; bytes that are not what the server says are thrown away. */
async function fetchOne(file: ListedFile, fetching: Fetching): Promise<Receipt> {
  const part = await fetching.office.part(file);
  try {
    return await pRetry(() => fetchRest(file, part, fetching), {
      ...RETRY,
      signal: fetching.signal,
      shouldRetry: ({ error }) => isAway(error),
    });
  } finally {
    await part.close();
  }
}

async function fetchRest(
  file: ListedFile,
  part: PartFile,
  { server, signal, progress }: Fetching,
): Promise<Receipt> {
  const download = await server.download(file.id, part.size, part.etag, signal);
  const { sha256 } = download;
  try {
    if (sha256 === null) throw noDigest();
    if (download.from === 0 || download.from !== part.size) await part.restart(download.etag);
  } catch (error) {
    // A body that nobody reads would keep its connection.
    for await (const _ of download.body) break;
    throw error;
  }
  for await (const chunk of download.body) {
    await part.append(chunk);
    progress(chunk.byteLength);
  }
  const receipt = await part.finish();
  if (receipt.size === download.size && receipt.sha256 === sha256) return receipt;
  await part.restart(null);
  throw new OrderbakError(EXIT.away, 'wrong-bytes', 'what arrived is not what the server says it sent');
}

function noDigest(): OrderbakError {
  const message = 'the answer does not say the hash of the file; is there a proxy that changes it?';
  return new OrderbakError(EXIT.failed, 'no-digest', message);
}

function isAway(error: unknown): boolean {
  return error instanceof OrderbakError && error.exit === EXIT.away;
}

function pathOf(file: ListedFile): string {
  return `${file.folder}/${file.filename}`;
}
