import type { ServerResponse } from 'node:http';
import { writePieces } from './write-pieces.js';

/**
 * Answers with a tar of small files, each entry named by its row id, with size, mtime and SHA-256 in its header. What is
 * not in it the client fetches by itself. A piece is read when the one before is out.
 */
export async function sendBundle(response: ServerResponse, pieces: AsyncIterable<Uint8Array>): Promise<void> {
  // Goes out with the first piece: until then another answer can be given.
  response.setHeader('content-type', 'application/x-tar');
  await writePieces(response, pieces);
  // A client may go away in the middle; that is no failure of the server.
  if (!response.destroyed) response.end();
}
