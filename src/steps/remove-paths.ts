import pLimit from 'p-limit';
import type { Receipt } from '../domain/order.js';
import { judgeRemoval, sameReceipt, type Verdict } from '../domain/removal.js';
import { type Allowed, carryOut, type TakeAway } from './carry-out.js';
import { freshness } from './freshness.js';
import {
  type FolderPaths,
  type OpenedFolder,
  type Prepared,
  placeOf,
  prepare,
  type RecordedPath,
} from './prepare-path.js';
import { type Applying, type Outcome, sumOf, troubleOf } from './step.js';
import type { Unlinking } from './unlink-recorded.js';

const FILES_AT_ONCE = 4;

/** Paths of some folders that may go: the database is asked once for all of them. */
export interface UnlinkItem {
  readonly folders: readonly FolderPaths[];
}

/**
 * Removes paths of some folders: prepares each (hash, thumb), asks the database again about all of them,
 * writes the intentions down, unlinks, makes that durable, and closes the rows.
 */
export async function removePaths(
  item: UnlinkItem,
  applying: Applying,
  unlinking: Unlinking,
): Promise<Outcome> {
  const { store, bakFiles } = unlinking;
  const opened: OpenedFolder[] = [];
  const troubles: Outcome[] = [];
  try {
    for (const some of item.folders) {
      try {
        opened.push({ ...some, handle: await store.openFolder(some.folder) });
      } catch (error) {
        for (const path of some.paths) troubles.push(troubleOf(path.id, placeOf(some, path), error));
      }
    }
    const limit = pLimit(FILES_AT_ONCE);
    const prepareOne = async (path: RecordedPath, folder: OpenedFolder): Promise<PreparedPath> => {
      return { path, state: await limit(() => prepare(path, folder, applying, bakFiles)) };
    };
    const prepared = await Promise.all(
      opened.map(async (folder): Promise<PreparedFolder> => {
        return { folder, prepared: await Promise.all(folder.paths.map((path) => prepareOne(path, folder))) };
      }),
    );
    return sumOf([...troubles, await removePrepared(prepared, applying, unlinking)]);
  } finally {
    for (const { handle } of opened) await handle?.close();
  }
}

interface PreparedPath {
  readonly path: RecordedPath;
  readonly state: Prepared;
}

interface PreparedFolder {
  readonly folder: OpenedFolder;
  readonly prepared: readonly PreparedPath[];
}

async function removePrepared(
  folders: readonly PreparedFolder[],
  applying: Applying,
  unlinking: Unlinking,
): Promise<Outcome> {
  const { rule, source, bakFiles, deletions, store, retention, localNow, clock } = unlinking;
  const whyStale = freshness(clock);
  const answer = await source.sameFacts([...new Set(folders.flatMap(({ folder }) => folder.orderIds))]);
  const factsOf = new Map(answer.folders.map((facts) => [facts.folder, facts]));
  const found = folders.map(({ folder, prepared }) => {
    const facts = factsOf.get(folder.folder);
    const findings = prepared.map(({ path, state }) => {
      const verdict = facts && judgeRemoval(facts, path.filename, retention);
      return findingOf({ path, state, verdict }, folder, rule);
    });
    return { folder: folder.handle, findings };
  });
  const findings = found.flatMap((each) => each.findings);
  const missing = findings.flatMap((finding) => finding.missing ?? []);
  // Where the disk went away meanwhile, everything is missing.
  if (missing.length > 0) await store.checkRoot();
  await bakFiles.backToRecorded(findings.flatMap((finding) => finding.changed ?? []));
  await bakFiles.markMissing(missing, localNow());
  const departures = found.flatMap(({ folder, findings: some }) =>
    folder === null ? [] : [{ folder, allowed: some.flatMap((finding) => finding.allowed ?? []) }],
  );
  const leaving = departures.filter(({ allowed }) => allowed.length > 0);
  const carrying = { takeAway: unlinkIt, whyStale, mandate: applying, deletions, localNow };
  const removed = await carryOut(leaving, carrying);
  return sumOf([
    ...findings.flatMap((finding) => finding.trouble ?? []),
    removed,
    { skipped: missing.length },
  ]);
}

const unlinkIt: TakeAway = (folder, { filename }, stamp) => folder.unlink(filename, stamp);

/** What is to be done with one path: row ids to close as missing or to take back, or one of the others. */
interface Finding {
  readonly allowed?: Allowed;
  readonly trouble?: Outcome;
  readonly missing?: number[];
  readonly changed?: number[];
}

/** What the database says of a prepared path; undefined where its folder is no longer its order's. */
interface JudgedPath extends PreparedPath {
  readonly verdict: Verdict | undefined;
}

function findingOf(
  { path, state, verdict }: JudgedPath,
  place: FolderPaths,
  rule: Unlinking['rule'],
): Finding {
  const { id, filename } = path;
  const { folder } = place;
  const hold = (reason: string): Outcome => ({ held: [{ id, path: placeOf(place, path), reason }] });
  if (state.kind === 'not-tried') return {};
  if (state.kind === 'trouble') return { trouble: state.outcome };
  if (verdict === undefined) return { trouble: hold('its order moved to another folder') };
  if (!verdict.allowed) return { trouble: hold(verdict.reason) };
  if (!isSame(verdict.receipt, path.receipt)) return { trouble: hold('its receipt was replaced') };
  if (state.kind === 'missing') return { missing: verdict.rows.map((row) => row.id) };
  if (state.kind === 'changed') {
    const copied = verdict.rows.filter((row) => row.type !== 'discuss');
    const trouble = hold('it changed after it was backed up; it will be copied again');
    return { changed: copied.map((row) => row.id), trouble };
  }
  const { stamp, sha256, thumb } = state;
  const { rows } = verdict;
  const note = { rule, folder, filename, size: stamp.size, sha256, thumb };
  const removal = { ...note, rows, quarantine: null, orderIds: [] };
  return { allowed: { removal, stamp } };
}

function isSame(a: Receipt | null, b: Receipt | null): boolean {
  return a === null || b === null ? a === b : sameReceipt(a, b);
}
