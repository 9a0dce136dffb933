import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { ThumbResult } from '../steps/ports.js';
import { writeDurably } from './durable.js';
import { type FolderHandle, makeInside, openInside } from './folder-handle.js';
import type { Pictures } from './pictures.js';
import { openRegular } from './regular-file.js';

/**
 * Makes sure that a good thumb of a file is safe on disk, under the file's own name in the thumbs' folder.
 * A thumb that is there and decodes is left as it is. `source` is where the picture child reads the file.
 */
export async function ensureThumb(
  folder: FolderHandle,
  filename: string,
  source: string,
  thumbsFolder: string,
  pictures: Pictures,
): Promise<ThumbResult> {
  const thumbs = await openInside(folder, thumbsFolder);
  try {
    if (thumbs !== null && (await hasGoodThumb(thumbs, filename, pictures))) return { kind: 'kept' };
    const rendered = await pictures.render({ path: source, name: filename });
    if (rendered.kind !== 'thumb') return rendered;
    const target = thumbs ?? (await makeInside(folder, thumbsFolder));
    try {
      const temporary = join(target.base, `.orderbak-${randomUUID()}.tmp`);
      await writeDurably(join(target.base, filename), temporary, rendered.bytes);
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
  await existing.handle.close();
  return pictures.decodes(path);
}
