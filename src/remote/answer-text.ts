import { createHash } from 'node:crypto';
import { parseDigest } from '../domain/wire.js';
import { away } from './away.js';

const MOST_JSON = 16 * 1024 * 1024;

/** The whole body of an answer. Throws when it has no end. */
export async function readText(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.byteLength;
    if (length > MOST_JSON) throw away('the server answers without end');
    // It is good until the next one is asked for.
    chunks.push(Buffer.from(chunk));
  }
  return Buffer.concat(chunks);
}

/** Throws unless the bytes are those that the server has sent; one without a digest is believed. */
export function mustBeWhole(bytes: Buffer, header: string | undefined): void {
  if (header === undefined) return;
  if (parseDigest(header) === createHash('sha256').update(bytes).digest('hex')) return;
  throw away('the answer was changed on its way');
}

/** Throws (75) for what is no JSON. */
export function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8')) as unknown;
  } catch {
    throw away('the server answers something that is not JSON; is [pull] url right?');
  }
}
