import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

const LIBRARIES = '/usr/lib';
const DAY_MS = 86_400_000;

/** The variables under which a program finds its clock wrong by so many days. What it measures durations by stays true. */
export function falseClock(days: number): Record<string, string> {
  return { ...basics(), FAKETIME: `${days < 0 ? '-' : '+'}${Math.abs(days)}d` };
}

/** The variables of a clock that is wrong by what a file says at each moment, such as `+95d`. */
export function jumpingClock(file: string): Record<string, string> {
  return { ...basics(), FAKETIME_TIMESTAMP_FILE: file, FAKETIME_NO_CACHE: '1' };
}

export function daysMs(days: number): number {
  return days * DAY_MS;
}

/** Why no clock can be made wrong here; Debian's package is installed where that is allowed. */
export async function whyNoFalseClock(): Promise<string | null> {
  if (findLibrary() !== null) return null;
  try {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    await promisify(execFile)('apt-get', ['install', '-y', '-qq', 'libfaketime'], { env });
  } catch {
    return 'the package libfaketime is not installed';
  }
  return findLibrary() === null ? 'libfaketime.so.1 is not to be found' : null;
}

function basics(): Record<string, string> {
  // The times of files are not the clock's business.
  return { LD_PRELOAD: findLibrary() ?? '', FAKETIME_DONT_FAKE_MONOTONIC: '1', NO_FAKE_STAT: '1' };
}

/** The one for programs with threads, in the folder of whatever processor this is. */
function findLibrary(): string | null {
  const folders = existsSync(LIBRARIES) ? readdirSync(LIBRARIES) : [];
  const files = folders.map((folder) => path.join(LIBRARIES, folder, 'faketime/libfaketimeMT.so.1'));
  return files.find((file) => existsSync(file)) ?? null;
}
