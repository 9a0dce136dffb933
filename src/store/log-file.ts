import type { Log } from '../jobs/ports.js';

/**
 * Opens a log file: one JSON object a line (pino.io), appended, written before the call returns. What cannot be written is
 * told to `failed`, once, and is otherwise lost: no run fails for its log.
 */
export async function openLogFile(file: string, failed: (error: unknown) => void): Promise<Log> {
  const { destination, pino, stdTimeFunctions } = await import('pino');
  let isBroken = false;
  const broken = (error: unknown) => {
    if (!isBroken) failed(error);
    isBroken = true;
  };
  try {
    const stream = destination({ dest: file, sync: true });
    stream.on('error', broken);
    const logger = pino(
      {
        messageKey: 'message',
        timestamp: stdTimeFunctions.isoTime,
        formatters: { level: (level) => ({ level }) },
      },
      stream,
    );
    return { write: (level, message, fields) => logger[level](fields, message) };
  } catch (error) {
    broken(error);
    return { write: () => {} };
  }
}
