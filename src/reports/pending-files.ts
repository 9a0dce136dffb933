import pLimit from 'p-limit';
import type { FileType } from '../domain/file-type.js';
import type { ListedFile } from '../domain/wire.js';
import { Doubt } from '../errors.js';
import type { LocatedFile, OrderFilter, OrderStore, Stamp } from '../steps/ports.js';

const PAGE = 1000;
const FOLDERS_AT_ONCE = 8;

/** What the question needs of the table of recorded files. */
export interface PendingRows {
  pending(
    after: number,
    limit: number,
    types: readonly FileType[],
    only: OrderFilter,
  ): Promise<LocatedFile[]>;
}

export interface PendingParts {
  readonly rows: PendingRows;
  readonly store: OrderStore;
}

/** Which of the waiting files to list; no types = all that are copied. */
export interface PendingFilter {
  readonly types: readonly FileType[];
  readonly only: OrderFilter;
}

/** One page of the files that wait for the office, ascending by id, above `after`; what is not on disk has no size. */
export async function pendingPage(
  { rows, store }: PendingParts,
  after: number,
  limit: number,
  { types, only }: PendingFilter,
): Promise<ListedFile[]> {
  const page = await rows.pending(after, limit, types, only);
  const byFolder = new Map<string, LocatedFile[]>();
  for (const row of page) {
    if (row.folder !== null) byFolder.set(row.folder, [...(byFolder.get(row.folder) ?? []), row]);
  }
  const stamps = new Map<number, Stamp>();
  const limited = pLimit(FOLDERS_AT_ONCE);
  await Promise.all(
    [...byFolder].map(([folder, some]) => limited(() => lookAt(store, folder, some, stamps))),
  );
  return page.flatMap(({ id, orderId, folder, filename, type }) => {
    if (type === 'discuss') return [];
    const stamp = stamps.get(id);
    return {
      id,
      id_order: orderId,
      folder: folder ?? '',
      filename,
      file_type: type,
      size: stamp?.size ?? null,
      mtime: stamp === undefined ? null : Number(stamp.mtimeNs / 1_000_000n),
    };
  });
}

/** All files that wait for the office, page by page, in bounded memory. */
export async function* pendingFiles(parts: PendingParts, filter: PendingFilter): AsyncGenerator<ListedFile> {
  for (let after = 0; ; ) {
    const page = await pendingPage(parts, after, PAGE, filter);
    yield* page;
    const last = page.at(-1);
    if (last === undefined) return;
    after = last.id;
  }
}

async function lookAt(
  store: OrderStore,
  path: string,
  rows: readonly LocatedFile[],
  stamps: Map<number, Stamp>,
): Promise<void> {
  try {
    const folder = await store.openFolder(path);
    if (folder === null) return;
    try {
      for (const { id, filename } of rows) {
        const stamp = await folder.look(filename).catch(doubtIsAbsence);
        if (stamp !== null) stamps.set(id, stamp);
      }
    } finally {
      await folder.close();
    }
  } catch (error) {
    doubtIsAbsence(error);
  }
}

/** What is no regular file inside its folder is not offered for copying. */
function doubtIsAbsence(error: unknown): null {
  if (error instanceof Doubt) return null;
  throw error;
}
