import * as z from 'zod';
import type { AlarmBook } from '../domain/alarm.js';
import { readUserFile, writeUserFile } from './user-file.js';

const NAME = 'alarms.json';
const book = z.record(z.string(), z.object({ step: z.string(), day: z.string() }));

/**
 * What was told last, kept in a file of this user on this machine: that the database is away must be remembered too. One
 * that is not there or cannot be read is empty: better an alarm twice than none.
 */
export async function readAlarmBook(): Promise<AlarmBook> {
  return (await readUserFile(NAME, book)) ?? {};
}

/** Writes the book where it can be written. Throws when that is nowhere. */
export function writeAlarmBook(alarms: AlarmBook): Promise<void> {
  return writeUserFile(NAME, alarms);
}
