import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { ThumbResult } from '../steps/ports.js';
import { writeDurably } from './durable.js';
import { type FolderHandle, makeInside, openInside } from './folder-handle.js';
import type { PictureSource, Pictures } from './pictures.js';
import { openRegular } from './regular-file.js';

/**
 * Makes sure that a good thumb of a file is safe on disk, under the file's own name in the thumbs' folder.
 * A thumb that is there and decodes is left as it is. `source` is the file's name and where the picture child reads it;
 * a `knownFault` says why these bytes could not be decoded before, and is not found out again.
 */
export async function ensureThumb(
  folder: FolderHandle,
  source: PictureSource,
  knownFault: string | null,
  thumbsFolder: string,
  pictures: Pictures,
): Promise<ThumbResult> {
  const thumbs = await openInside(folder, thumbsFolder);
  try {
    if (thumbs !== null && (await hasGoodThumb(thumbs, source.name, pictures))) return { kind: 'kept' };
    if (knownFault !== null) return { kind: 'unreadable', reason: knownFault };
    const rendered = await pictures.render(source);
    if (rendered.kind !== 'thumb') return rendered;
    const target = thumbs ?? (await makeInside(folder, thumbsFolder));
    try {
      const temporary = join(target.base, `.orderbak-${randomUUID()}.tmp`);
      await writeDurably(join(target.base, source.name), temporary, rendered.bytes);
    } finally {
      if (thumbs === null) await target.close();
    }
    return { kind: 'made' };
  } finally {
    await thumbs?.close();
  }
}

async function hasGoodThumb(thumbs: FolderHandle, filename: string, pictures: Pictures): Promise<boolean> {
  const path = join(thumbs.base, filename);
  const existing = await openRegular(path, filename);
  if (existing === null) return false;
  try {
    if (!(await pictures.decodes(path))) return false;
    // A run that was killed may have written it; the picture goes only when it is durable.
    await existing.handle.sync();
    await thumbs.sync();
    return true;
  } finally {
    await existing.handle.close();
  }
}
