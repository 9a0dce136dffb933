import type { IncomingMessage } from 'node:http';
import type { z } from 'zod';
import { type ErrorAnswer, errorAnswer } from './answer.js';

const MOST_BYTES = 1024 * 1024;
const MOST_WORDS = 300;

/**
 * The text of a request's body; null as soon as it is larger than 1 MiB. Rejects when the client goes away before its end.
 * What comes after is heard and forgotten, because who is cut off while he sends hears no answer; after another MiB he is cut off.
 */
export function readBody(request: IncomingMessage): Promise<string | null> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = [];
    let length = 0;
    request
      .on('data', (chunk: Buffer) => {
        length += chunk.byteLength;
        if (length <= MOST_BYTES) {
          chunks.push(chunk);
          return;
        }
        chunks = [];
        resolve(null);
        if (length > 2 * MOST_BYTES) request.destroy();
      })
      .once('end', () => resolve(Buffer.concat(chunks).toString('utf8')))
      .once('error', reject);
  });
}

/** Hears a body that nobody wants, keeping nothing of it, for as long as it is a small one; then cuts the connection. */
export function ignoreBody(request: IncomingMessage): void {
  let length = 0;
  request
    .on('data', (chunk: Buffer) => {
      length += chunk.byteLength;
      if (length > MOST_BYTES) request.destroy();
    })
    // The client has gone: it has no answer to wait for.
    .on('error', () => {});
}

/** A body of the shape that the schema wants, or the answer that says what is wrong with it. */
export function parseBody<S extends z.ZodType>(text: string, schema: S): { data: z.infer<S> } | ErrorAnswer {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return errorAnswer(400, 'bad-json', 'the body is not JSON');
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return { data: parsed.data };
  const issue = parsed.error.issues[0];
  const where = issue?.path.join('.') ?? '';
  const words = `${where === '' ? 'the body' : where}: ${issue?.message ?? 'not of the right shape'}`;
  // An unknown key is named, and a key may be as long as the body.
  return errorAnswer(400, 'bad-request', words.slice(0, MOST_WORDS));
}
