import { lstat, mkdir, readFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import envPaths from 'env-paths';
import * as z from 'zod';
import type { AlarmBook } from '../domain/alarm.js';
import { writeDurably } from './durable.js';

const book = z.record(z.string(), z.object({ step: z.string(), day: z.string() }));
const NAME = 'alarms.json';

/**
 * What was told last, kept in a file of this user on this machine: that the database is away must be remembered too. One
 * that is not there or cannot be read is empty: better an alarm twice than none.
 */
export async function readAlarmBook(): Promise<AlarmBook> {
  for (const folder of folders()) {
    try {
      if (await isOwn(folder)) return book.parse(JSON.parse(await readFile(join(folder, NAME), 'utf8')));
    } catch {
      // The next place may have it.
    }
  }
  return {};
}

/** Writes the book where it can be written. Throws when that is nowhere. */
export async function writeAlarmBook(alarms: AlarmBook): Promise<void> {
  let last: unknown;
  for (const folder of folders()) {
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      if (!(await isOwn(folder))) throw new Error(`${folder} belongs to somebody else`);
      const path = join(folder, NAME);
      return await writeDurably(path, `${path}.${process.pid}.tmp`, JSON.stringify(alarms));
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
