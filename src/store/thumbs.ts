import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { OWN_PREFIX } from '../domain/file-name.js';
import type { ThumbResult } from '../steps/ports/disk.js';
import { syncOpen, writeDurably } from './durable.js';
import { type FolderHandle, openInside } from './folder-handle.js';
import { makeInside } from './make-folder.js';
import { notAllowed } from './not-allowed.js';
import { ownerIn } from './owner.js';
import type { PictureSource, Pictures } from './pictures.js';
import { openRegular } from './regular-file.js';
import { sweepDead } from './sweep-dead.js';

/** The thumbs of one order folder. */
export interface Thumbs {
  /**
   * Makes sure that a good thumb of a file is safe on disk, under the file's own name in the thumbs' folder.
   * A thumb that is there and decodes is left as it is, unless the file was written after it, at `writtenNs` (mtime): then it
   * shows something else. `source` is the file's name and where the picture child reads it; a `knownFault` says why these bytes
   * could not be decoded before, and is not found out again.
   */
  ensure(source: PictureSource, writtenNs: bigint, knownFault: string | null): Promise<ThumbResult>;
}

/** Opens the thumbs of an order folder; `thumbsFolder` is the name of theirs, which is made when it is needed. */
export function openThumbs(folder: FolderHandle, thumbsFolder: string, pictures: Pictures): Thumbs {
  let swept: Promise<void> | null = null;

  const ensure: Thumbs['ensure'] = async (source, writtenNs, knownFault) => {
    const thumbs = openInside(folder, thumbsFolder);
    try {
      if (thumbs !== null && (await hasGoodThumb(thumbs, source.name, writtenNs, pictures)))
        return { kind: 'kept' };
      if (knownFault !== null) return { kind: 'unreadable', reason: knownFault };
      const rendered = await pictures.render(source);
      if (rendered.kind !== 'thumb') return rendered;
      const target = thumbs ?? (await makeInside(folder, thumbsFolder));
      try {
        swept ??= sweepDead(target.base, TEMPORARY);
        await swept;
        await writeDurably(
          join(target.base, source.name),
          join(target.base, temporaryName()),
          rendered.bytes,
          ownerIn(target.base),
        );
      } finally {
        if (thumbs === null) target.close();
      }
      return { kind: 'made' };
    } finally {
      thumbs?.close();
    }
  };

  return {
    ensure: (source, writtenNs, knownFault) =>
      ensure(source, writtenNs, knownFault).catch((error: unknown) => {
        throw notAllowed(error, join(folder.base, thumbsFolder));
      }),
  };
}

async function hasGoodThumb(
  thumbs: FolderHandle,
  filename: string,
  writtenNs: bigint,
  pictures: Pictures,
): Promise<boolean> {
  const path = join(thumbs.base, filename);
  const existing = await openRegular(path, filename);
  if (existing === null) return false;
  try {
    if (existing.stamp.mtimeNs < writtenNs || !(await pictures.decodes(path))) return false;
    // A run that was killed may have written it; the picture goes only when it is durable.
    await syncOpen(existing.handle, path);
    await thumbs.sync();
    return true;
  } finally {
    await existing.handle.close();
  }
}

/** Should one of these be of another machine's process that lives, its thumb fails and is made again. */
const TEMPORARY = /^\.orderbak-(\d+)-[0-9a-f-]{36}\.tmp$/;

function temporaryName(): string {
  return `${OWN_PREFIX}-${process.pid}-${randomUUID()}.tmp`;
}
