import type { ServerResponse } from 'node:http';

/**
 * Answers with a tar of small files, each entry named by its row id, with size, mtime and SHA-256 in its header. What is
 * not in it the client fetches by itself. The next piece is read when the client has taken the one before.
 */
export async function sendBundle(response: ServerResponse, pieces: AsyncIterable<Uint8Array>): Promise<void> {
  // Goes out with the first piece: until then another answer can be given.
  response.setHeaders(
    new Map([
      ['content-type', 'application/x-tar'],
      ['cache-control', 'no-store'],
    ]),
  );
  for await (const piece of pieces) {
    // A client that goes away in the middle is nobody's failure.
    if (response.destroyed) return;
    if (!response.write(piece)) await drained(response);
  }
  response.end();
}

/** Resolves when more can be written, or when nobody reads any more. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      response.off('drain', go).off('close', go);
      resolve();
    };
    response.on('drain', go).on('close', go);
    if (response.destroyed) go();
  });
}
