import { createReadStream } from 'node:fs';
import * as z from 'zod';
import { linesOf } from '../domain/lines.js';
import { receiptClaim } from '../domain/wire.js';
import { messageOf, OrderbakError } from '../errors.js';
import type { Claim } from '../steps/check-claims.js';
import { typedId, usage } from './usage.js';

const COMMAND = 'mark-backed-up';

// A line may be one of `list --format ndjson` with the hash added: what else stands in it is not looked at.
const receiptLine = z.object(receiptClaim.shape);

/**
 * What `mark-backed-up` was given: ids as arguments, or receipts from a file, `-` for standard input.
 * Throws with exit 2 for both or neither, and, while it is read, for a line that is no receipt.
 */
export function readClaims(ids: readonly string[], from: string | null): AsyncIterable<Claim> {
  if (ids.length > 0 === (from !== null)) throw usage(COMMAND, 'name either ids or --from FILE');
  if (from !== null) return readReceipts(from);
  const claims = ids.flatMap((text) => text.split(',')).map((text) => ({ id: typedId(COMMAND, text) }));
  return (async function* () {
    yield* claims;
  })();
}

async function* readReceipts(from: string): AsyncGenerator<Claim> {
  const input = (from === '-' ? process.stdin : createReadStream(from)).setEncoding('utf8');
  let number = 0;
  try {
    for await (const line of linesOf(input as AsyncIterable<string>)) {
      number += 1;
      // This takes away the byte order mark too with which Windows' programs begin a file.
      const text = line.trim();
      if (text !== '') yield parseLine(text, number);
    }
  } catch (error) {
    throw error instanceof OrderbakError
      ? error
      : usage(COMMAND, `${from} cannot be read: ${messageOf(error)}`);
  }
}

function parseLine(line: string, number: number): Claim {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    throw usage(COMMAND, `line ${number} is not JSON; nothing was marked`);
  }
  const parsed = receiptLine.safeParse(json);
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.map(({ path, message }) => [...path, message].join(' '))[0];
  throw usage(COMMAND, `line ${number} is no receipt: ${wrong}; nothing was marked`);
}
