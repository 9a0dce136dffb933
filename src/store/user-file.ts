import { lstat, mkdir, readFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import envPaths from 'env-paths';
import type { ZodType } from 'zod';
import { writeDurably } from './durable.js';

/** Reads the JSON of a file that orderbak keeps for this user on this machine; null when there is none that can be understood. */
export async function readUserFile<T>(name: string, schema: ZodType<T>): Promise<T | null> {
  for (const folder of folders()) {
    try {
      if (await isOwn(folder)) return schema.parse(JSON.parse(await readFile(join(folder, name), 'utf8')));
    } catch {
      // The next place may have it.
    }
  }
  return null;
}

/** Writes such a file where it can be written. Throws when that is nowhere. */
export async function writeUserFile(name: string, content: unknown): Promise<void> {
  let last: unknown;
  for (const folder of folders()) {
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      if (!(await isOwn(folder))) throw new Error(`${folder} belongs to somebody else`);
      const path = join(folder, name);
      return await writeDurably(path, `${path}.${process.pid}.tmp`, JSON.stringify(content));
    } catch (error) {
      last = error;
    }
  }
  throw last;
}

/** A user of a service (www-data) often has no home that he may write to; the temporary folder outlasts a night. */
function folders(): string[] {
  const data = envPaths('orderbak', { suffix: '' }).data;
  return [data, join(tmpdir(), `orderbak-${process.getuid?.() ?? userInfo().username}`)];
}

/** In the temporary folder anybody can make a folder of that name first. */
async function isOwn(folder: string): Promise<boolean> {
  const stats = await lstat(folder);
  return stats.isDirectory() && (process.getuid === undefined || stats.uid === process.getuid());
}
