import { closeSync, fstatSync, openSync, statSync, writeSync } from 'node:fs';
import type { Log } from '../jobs/ports.js';

/**
 * Opens a log file: one JSON object a line (pino.io), appended, written before the call returns. What cannot be written is
 * told to `failed`, once, and is otherwise lost: no run fails for its log.
 */
export async function openLogFile(file: string, failed: (error: unknown) => void): Promise<Log> {
  const { default: pino } = await import('pino');
  let isBroken = false;
  const broken = (error: unknown) => {
    if (!isBroken) failed(error);
    isBroken = true;
  };
  try {
    const appender = new Appender(file);
    const write = (line: string) => {
      try {
        appender.write(line);
      } catch (error) {
        broken(error);
      }
    };
    const logger = pino(
      {
        messageKey: 'message',
        timestamp: pino.stdTimeFunctions.isoTime,
        formatters: { level: (level) => ({ level }) },
      },
      { write },
    );
    return { write: (level, message, fields) => logger[level](fields, message) };
  } catch (error) {
    broken(error);
    return { write: () => {} };
  }
}

/** Appends to the file that bears a name now: another process may have set aside the one that did when it was opened. */
class Appender {
  private file: number;

  constructor(private readonly path: string) {
    this.file = openSync(path, 'a');
  }

  write(line: string): void {
    if (!this.isStillNamed()) this.openAgain();
    const bytes = Buffer.from(line);
    for (let at = 0; at < bytes.length; ) at += writeSync(this.file, bytes, at);
  }

  private isStillNamed(): boolean {
    const named = statSync(this.path, { bigint: true, throwIfNoEntry: false });
    const own = fstatSync(this.file, { bigint: true });
    return named !== undefined && named.ino === own.ino && named.dev === own.dev;
  }

  private openAgain(): void {
    try {
      const file = openSync(this.path, 'a');
      closeSync(this.file);
      this.file = file;
    } catch {
      // What is open can still be written to: better there than nowhere.
    }
  }
}
