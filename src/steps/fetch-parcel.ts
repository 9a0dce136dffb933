import { pathOf } from '../domain/file-name.js';
import { isMarked, type ListedFile, type MarkResult, type MarkStatus } from '../domain/wire.js';
import { EXIT, isAway, OrderbakError } from '../errors.js';
import { type Fetching, fetchFiles } from './fetch-files.js';
import type { Arrival } from './ports/office.js';
import { type Applying, type Failure, failureOf, type Outcome, RunStopped } from './step.js';

/**
 * Fetches the files of one parcel that the office does not hold yet, keeps them, and marks them all.
 * Only what is verified, durable and in the catalog is marked. One file's failure is not the others', and it is told even
 * where the server goes away afterwards.
 */
export async function fetchParcel(
  parcel: readonly ListedFile[],
  { server, bundles, office }: Pick<Fetching, 'server' | 'bundles' | 'office'>,
  applying: Applying,
): Promise<Outcome> {
  const failed: Failure[] = [];
  const fetching: Fetching = {
    ...applying,
    server,
    bundles,
    office,
    fail: (file, error) => failed.push(failureOf(file.id, pathOf(file), error)),
  };
  const told = new Map<number, ListedFile>();
  const statuses = new Map<number, MarkStatus>();
  const tell = async (arrivals: readonly Arrival[]): Promise<void> => {
    for (const { file } of arrivals) told.set(file.id, file);
    for (const [id, status] of await mark(arrivals, fetching)) statuses.set(id, status);
  };
  const notes: string[] = [];
  let bytes = 0;
  let stopped: RunStopped | undefined;
  try {
    const { found, wanted } = await partitionParcel(parcel, fetching);
    await tell(found);
    // The store's copy is sound, but the server has other bytes by now: they are fetched beside it.
    const outdated = found.filter(({ file }) => statuses.get(file.id) === 'mismatch').map(({ file }) => file);
    const fetched = await fetchFiles([...wanted, ...outdated], fetching);
    const keeping = await office.keep(fetched.arrivals, fetching.run);
    for (const { file, error } of keeping.failed) fetching.fail(file, error);
    notes.push(...keeping.notes);
    bytes = keeping.kept.reduce((sum, { receipt }) => sum + receipt.size, 0);
    if (fetched.stopped !== null) throw fetched.stopped;
    await tell(keeping.kept);
  } catch (error) {
    if (applying.signal.aborted || !endsRun(error)) throw error;
    stopped = RunStopped.of(error);
  }

  const broken = new Set(failed.map((failure) => failure.id));
  let done = 0;
  for (const [id, file] of told) {
    const status = statuses.get(id) ?? 'unanswered';
    if (status !== 'unanswered' && isMarked(status)) done += 1;
    else if (stopped === undefined && !broken.has(id))
      failed.push({ id, path: pathOf(file), code: status, message: NOT_MARKED[status] });
  }
  return { done, bytes, failed, notes, stopped };
}

function endsRun(error: unknown): error is OrderbakError {
  return error instanceof RunStopped || isAway(error);
}

const NOT_MARKED = {
  mismatch: 'the file changed on the server while it was copied; the next run fetches it again',
  missing: 'the file left the server before its copy was marked',
  unknown: 'the server no longer knows this file',
  unanswered: 'the server does not say that it marked it; the next run tells it again',
} as const;

/** What the store holds of a parcel already, and what is to be fetched. */
async function partitionParcel(
  parcel: readonly ListedFile[],
  { office, run, signal, fail }: Fetching,
): Promise<{ found: readonly Arrival[]; wanted: ListedFile[] }> {
  signal.throwIfAborted();
  const { found, failed } = await office.find(parcel, run);
  for (const { file, error } of failed) fail(file, error);
  const known = new Set([...found, ...failed].map(({ file }) => file.id));
  return { found, wanted: parcel.filter(({ id }) => !known.has(id)) };
}

/**
 * Tells the server what the office holds; answers what it says of each, in which a file may be missing.
 * A call that fails is made again for each file alone: one that the server cannot look at does not keep the others unmarked.
 */
async function mark(arrivals: readonly Arrival[], fetching: Fetching): Promise<Map<number, MarkStatus>> {
  const [first] = arrivals;
  if (first === undefined) return new Map();
  const claims = arrivals.map(({ file, receipt }) => ({ id: file.id, ...receipt }));
  const asked = new Set(claims.map((claim) => claim.id));
  let results: MarkResult[];
  try {
    results = (await fetching.server.mark(claims, fetching.signal)).filter(({ id }) => asked.has(id));
  } catch (error) {
    if (!(error instanceof OrderbakError) || error.exit !== EXIT.failed) throw error;
    if (arrivals.length === 1) {
      fetching.fail(first.file, error);
      return new Map();
    }
    const alone = new Map<number, MarkStatus>();
    for (const arrival of arrivals)
      for (const [id, status] of await mark([arrival], fetching)) alone.set(id, status);
    return alone;
  }
  await fetching.office.marked(results.filter(({ status }) => isMarked(status)).map(({ id }) => id));
  return new Map(results.map(({ id, status }) => [id, status]));
}
