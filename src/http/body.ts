import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';

const MOST_BYTES = 1024 * 1024;
/** A client that is cut off while it sends may never read the answer that has been sent: so long it is given for that, ms. */
const LINGER_MS = 1000;

/** Whether a request has a body, or says so. */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || lengthOf(headers) > 0;
}

/** Whether a client waits for a 100 (Continue) before it sends its body. */
export function waitsToSend({ headers, httpVersion }: IncomingMessage): boolean {
  return httpVersion !== '1.0' && /^100-continue$/i.test(headers.expect ?? '');
}

function lengthOf(headers: IncomingHttpHeaders): number {
  return Number(headers['content-length'] ?? 0);
}

/** The text of a request's body; null as soon as it is known to be larger than 1 MiB. Rejects when the client goes away before its end. */
export async function readBody(request: IncomingMessage, response: ServerResponse): Promise<string | null> {
  if (lengthOf(request.headers) > MOST_BYTES) return null;
  if (waitsToSend(request)) response.writeContinue();
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
