import { randomUUID } from 'node:crypto';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { linesOf } from '../domain/lines.js';
import { EXIT, messageOf, OrderbakError } from '../errors.js';
import type { Spool } from '../jobs/ports.js';

const BLOCK = 256 * 1024;

/**
 * A plan in a temporary file, one JSON text a line. The file has no name once it is open, so that no crash leaves it behind.
 * Throws (exit 1) where the temporary folder is not there or full.
 */
export async function openSpool(): Promise<Spool> {
  const path = join(tmpdir(), `orderbak-${randomUUID()}.plan`);
  const file: FileHandle = await open(path, 'wx+', 0o600).catch(noRoom);
  await unlink(path);
  let lines: string[] = [];
  let length = 0;
  const flush = async () => {
    const text = lines.join('');
    lines = [];
    length = 0;
    await file.appendFile(text).catch(noRoom);
  };
  return {
    async write(entry) {
      const line = `${JSON.stringify(entry)}\n`;
      lines.push(line);
      length += line.length;
      if (length > BLOCK) await flush();
    },
    async *read() {
      await flush();
      const stream = file.createReadStream({ start: 0, encoding: 'utf8', autoClose: false });
      for await (const line of linesOf(stream as AsyncIterable<string>)) yield JSON.parse(line) as unknown;
    },
    close: () => file.close(),
  };
}

function noRoom(error: unknown): never {
  const message = `the plan cannot be written to the temporary folder ${tmpdir()}: ${messageOf(error)}`;
  const hint =
    'Make room there, or name another folder in the environment variable TMPDIR (on Windows TEMP).';
  throw new OrderbakError(EXIT.failed, 'no-temporary', message, hint, error);
}
