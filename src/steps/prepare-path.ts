import type { Receipt } from '../domain/order.js';
import { faultOfBytes, thumbFaultOf } from '../domain/thumb-fault.js';
import { Doubt } from '../errors.js';
import type { OrderFolder, Stamp } from './ports/disk.js';
import type { BakFiles } from './ports/records.js';
import { type Applying, type Outcome, troubleOf } from './step.js';

/** A path that recorded files name, with the receipt that the plan saw; `id` is the row that speaks for it. */
export interface RecordedPath {
  readonly id: number;
  readonly filename: string;
  readonly receipt: Receipt | null;
  readonly thumbFault: string | null;
  /** Whether the plan saw the file; what it did not see, its ceiling has not counted. */
  readonly isThere: boolean;
}

/** Paths of one folder; `orderIds` are asked about again. */
export interface FolderPaths {
  readonly folder: string;
  readonly orderIds: readonly number[];
  readonly paths: readonly RecordedPath[];
}

/** What the slow part found out about one path: hashed where there is a receipt, thumb safe on disk. */
export type Prepared =
  | { readonly kind: 'ready'; readonly stamp: Stamp; readonly sha256: string | null; readonly thumb: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'changed' }
  | { readonly kind: 'not-tried' }
  | { readonly kind: 'trouble'; readonly outcome: Outcome };

/** `handle` is null where the folder does not exist. */
export interface OpenedFolder extends FolderPaths {
  readonly handle: OrderFolder | null;
}

/** The slow part: hashes the file where there is a receipt, and makes its thumb safe on disk. */
export async function prepare(
  path: RecordedPath,
  opened: OpenedFolder,
  { gate, signal }: Applying,
  bakFiles: BakFiles,
): Promise<Prepared> {
  await gate();
  if (signal.aborted) return { kind: 'not-tried' };
  const { handle: folder } = opened;
  try {
    const file = (await folder?.open(path.filename)) ?? null;
    if (file === null || folder === null) return { kind: 'missing' };
    try {
      if (!path.isThere) throw new Doubt('it was not there when the plan was made; the next run counts it');
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
    return { kind: 'trouble', outcome: troubleOf(path.id, placeOf(opened, path), error) };
  }
}

/** Where the path lies, below the root. */
export function placeOf({ folder }: FolderPaths, { filename }: RecordedPath): string {
  return `${folder}/${filename}`;
}
