import type { FileType } from '../domain/file-type.js';
import type { ListedFile } from '../domain/wire.js';
import type { LocatedFile, OrderFilter, OrderStore } from '../steps/ports.js';
import { lookAt } from './look-at.js';

const PAGE = 1000;

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
  const stamps = await lookAt(page, store);
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
