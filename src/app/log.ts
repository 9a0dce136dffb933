import type { Config } from '../config/schema.js';
import { EXIT, messageOf, OrderbakError } from '../errors.js';
import type { Log } from '../jobs/ports.js';
import { openLogFile } from '../store/log-file.js';
import { type ClearedLog, clearOldLog } from '../store/old-log.js';

const SILENT: Log = { write: () => {} };

/** Each file is opened once in a process, and stays open. */
const opened = new Map<string, Promise<Log>>();

/** The log that the configuration names; without one, nothing is written. What cannot be written is said on standard error. */
export async function openLog({ log }: Pick<Config, 'log'>): Promise<Log> {
  const { file } = log;
  if (file === null) return SILENT;
  const known = opened.get(file);
  if (known !== undefined) return known;
  const opening = openLogFile(file, (error) => {
    process.stderr.write(`! orderbak: nothing is written to the log ${file}: ${messageOf(error)}\n`);
  });
  opened.set(file, opening);
  return opening;
}

/** Removes what of the log is at least `age` ms old; null = there is no log. Throws with exit 1 where that cannot be done. */
export async function clearLog({ log }: Pick<Config, 'log'>, age: number): Promise<ClearedLog | null> {
  const { file } = log;
  if (file === null) return null;
  try {
    return await clearOldLog(file, Date.now(), age);
  } catch (error) {
    throw new OrderbakError(
      EXIT.failed,
      'log',
      `old pieces of the log ${file} cannot be removed: ${messageOf(error)}`,
      'Its folder must belong to the user who runs orderbak; or let logrotate do it (logrotate.example).',
      error,
    );
  }
}
