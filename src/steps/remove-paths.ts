import pLimit from 'p-limit';
import type { Receipt } from '../domain/order.js';
import { judgeRemoval, sameReceipt, type Verdict } from '../domain/removal.js';
import { faultOfBytes, thumbFaultOf } from '../domain/thumb-fault.js';
import { Doubt } from '../errors.js';
import { type Allowed, carryOut, type TakeAway } from './carry-out.js';
import type { BakFiles, OrderFolder, Stamp } from './ports.js';
import { type Applying, type Outcome, sumOf, troubleOf } from './step.js';
import type { UnlinkParts } from './unlink-recorded.js';

const FILES_AT_ONCE = 4;

/** Paths of one folder that may go, each with the receipt that the plan saw; `orderIds` are asked about again. */
export interface UnlinkItem {
  readonly folder: string;
  readonly orderIds: readonly number[];
  readonly paths: readonly {
    readonly id: number;
    readonly filename: string;
    readonly receipt: Receipt | null;
    readonly thumbFault: string | null;
  }[];
}

type Path = UnlinkItem['paths'][number];

/** What the slow part found out about one path: hashed where there is a receipt, thumb safe on disk. */
type Prepared =
  | { readonly kind: 'ready'; readonly stamp: Stamp; readonly sha256: string | null; readonly thumb: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'changed' }
  | { readonly kind: 'not-tried' }
  | { readonly kind: 'trouble'; readonly outcome: Outcome };

/**
 * Removes paths of one folder: prepares each (hash, thumb), asks the database again about all of them,
 * writes the intentions down, unlinks, makes that durable, and closes the rows.
 */
export async function removePaths(
  item: UnlinkItem,
  rule: 'discuss' | 'backed-up',
  applying: Applying,
  parts: UnlinkParts,
): Promise<Outcome> {
  let folder: OrderFolder | null;
  try {
    folder = await parts.store.openFolder(item.folder);
  } catch (error) {
    return sumOf(item.paths.map(({ id, filename }) => troubleOf(id, `${item.folder}/${filename}`, error)));
  }
  try {
    const limit = pLimit(FILES_AT_ONCE);
    const prepared = await Promise.all(
      item.paths.map((path) => limit(() => prepare(path, item.folder, folder, applying, parts.bakFiles))),
    );
    return await removePrepared(item, prepared, rule, folder, applying, parts);
  } finally {
    await folder?.close();
  }
}

async function prepare(
  path: Path,
  folderName: string,
  folder: OrderFolder | null,
  { gate, signal }: Applying,
  bakFiles: BakFiles,
): Promise<Prepared> {
  await gate();
  if (signal.aborted) return { kind: 'not-tried' };
  try {
    const file = (await folder?.open(path.filename)) ?? null;
    if (file === null || folder === null) return { kind: 'missing' };
    try {
      const { receipt } = path;
      if (receipt !== null && file.stamp.size !== receipt.size) return { kind: 'changed' };
      const sha256 = receipt === null ? null : await file.sha256();
      if (sha256 !== (receipt?.sha256 ?? null)) return { kind: 'changed' };
      const known = faultOfBytes(path.thumbFault, file.stamp);
      const thumb = await folder.ensureThumb(path.filename, file, known);
      if (thumb.kind !== 'unreadable') return { kind: 'ready', stamp: file.stamp, sha256, thumb: thumb.kind };
      const reason = `no thumb can be made of it: ${thumb.reason}`;
      if (receipt !== null) return { kind: 'ready', stamp: file.stamp, sha256, thumb: reason };
      if (known === null) await bakFiles.noteThumbFault([path.id], thumbFaultOf(file.stamp, thumb.reason));
      throw new Doubt(reason);
    } finally {
      await file.close();
    }
  } catch (error) {
    return { kind: 'trouble', outcome: troubleOf(path.id, `${folderName}/${path.filename}`, error) };
  }
}

async function removePrepared(
  item: UnlinkItem,
  prepared: readonly Prepared[],
  rule: 'discuss' | 'backed-up',
  folder: OrderFolder | null,
  applying: Applying,
  { source, bakFiles, deletions, store, retention, localNow }: UnlinkParts,
): Promise<Outcome> {
  const answer = await source.sameFacts(item.orderIds);
  const facts = answer.folders.find((candidate) => candidate.folder === item.folder);
  const findings = item.paths.map((path, i) => {
    const verdict = facts && judgeRemoval(facts, path.filename, retention);
    return findingOf(path, prepared[i] ?? { kind: 'not-tried' }, verdict, item.folder, rule);
  });
  const missing = findings.flatMap((finding) => finding.missing ?? []);
  // Where the disk went away meanwhile, everything is missing.
  if (missing.length > 0) await store.checkRoot();
  await bakFiles.backToRecorded(findings.flatMap((finding) => finding.changed ?? []));
  await bakFiles.markMissing(missing, localNow());
  const allowed = findings.flatMap((finding) => finding.allowed ?? []);
  const removed =
    folder === null ? {} : await carryOut(folder, allowed, unlinkFrom(folder), deletions, applying, localNow);
  return sumOf([
    ...findings.flatMap((finding) => finding.trouble ?? []),
    removed,
    { skipped: missing.length },
  ]);
}

function unlinkFrom(folder: OrderFolder): TakeAway {
  return ({ filename }, stamp) => folder.unlink(filename, stamp);
}

/** What is to be done with one path: row ids to close as missing or to take back, or one of the others. */
interface Finding {
  readonly allowed?: Allowed;
  readonly trouble?: Outcome;
  readonly missing?: number[];
  readonly changed?: number[];
}

function findingOf(
  path: Path,
  state: Prepared,
  verdict: Verdict | undefined,
  folder: string,
  rule: 'discuss' | 'backed-up',
): Finding {
  const { id, filename } = path;
  const hold = (reason: string): Outcome => ({ held: [{ id, path: `${folder}/${filename}`, reason }] });
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
  const removal = { rule, folder, filename, rows, size: stamp.size, sha256, thumb, quarantine: null };
  return { allowed: { removal, stamp } };
}

function isSame(a: Receipt | null, b: Receipt | null): boolean {
  return a === null || b === null ? a === b : sameReceipt(a, b);
}
