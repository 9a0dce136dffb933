import type { Config } from '../config/schema.js';
import { messageOf } from '../errors.js';
import type { Log } from '../jobs/ports.js';
import { openLogFile } from '../store/log-file.js';

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
