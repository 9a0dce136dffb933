import { randomBytes } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openBelow, openRootHandle } from './folder-handle.js';
import { makeBelow } from './make-folder.js';
import { SMALL_PICTURE } from './probe.js';
import { removeEmpty } from './quarantine.js';

/** Makes a folder below the root with a small picture in it, of which no two are alike; answers its bytes. */
export async function makeTestFile(root: string, folder: string, filename: string): Promise<Buffer> {
  // What comes after its end belongs to no picture.
  const bytes = Buffer.concat([SMALL_PICTURE, randomBytes(16)]);
  const top = openRootHandle(root);
  try {
    const made = await makeBelow(top, folder);
    await writeFile(join(made.base, filename), bytes, { flag: 'wx' }).finally(() => made.close());
  } finally {
    top.close();
  }
  return bytes;
}

/** Removes the test file, its thumb, and the folders that this leaves empty; whatever else lies there stays. */
export async function removeTestFile(
  root: string,
  folder: string,
  filename: string,
  thumbs: string,
): Promise<void> {
  const top = openRootHandle(root);
  try {
    for (const path of [`${folder}/${thumbs}`, folder]) {
      const there = openBelow(top, path);
      if (there === null) continue;
      await rm(join(there.base, filename), { force: true }).finally(() => there.close());
      removeEmpty(top, path);
    }
  } finally {
    top.close();
  }
}
