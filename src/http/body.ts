import type { IncomingMessage } from 'node:http';

const MOST_BYTES = 1024 * 1024;
/** Who is cut off while he sends does not hear the answer that is already there: for so long he can find it. */
const LINGER_MS = 1000;

/** The text of a request's body; null as soon as it is larger than 1 MiB. Rejects when the client goes away before its end. */
export function readBody(request: IncomingMessage): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request
      .on('data', (chunk: Buffer) => {
        length += chunk.byteLength;
        if (length <= MOST_BYTES) chunks.push(chunk);
        else resolve(null);
      })
      .once('end', () => resolve(Buffer.concat(chunks).toString('utf8')))
      .once('error', reject);
  });
}

/**
 * Hears the rest of a body that nobody wants, and keeps nothing of it. Resolves at its end, when the client goes away,
 * or when it is larger than 1 MiB: then nothing more is read.
 */
export function ignoreBody(request: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    let length = 0;
    request
      .on('data', (chunk: Buffer) => {
        length += chunk.byteLength;
        if (length <= MOST_BYTES) return;
        request.pause();
        setTimeout(resolve, LINGER_MS);
      })
      .once('close', () => resolve())
      .once('end', () => resolve())
      // The client has gone: nobody waits for an answer.
      .on('error', () => {});
  });
}
