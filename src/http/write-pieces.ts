import type { ServerResponse } from 'node:http';

/**
 * Writes a body, and asks for each piece when the one before is out. Resolves with the bytes that went out, fewer than all
 * where nobody reads any more; rejects when a piece cannot be had.
 */
export async function writePieces(
  response: ServerResponse,
  pieces: AsyncIterable<Uint8Array>,
): Promise<number> {
  let sent = 0;
  for await (const piece of pieces) {
    if (response.destroyed) break;
    await written(response, piece);
    if (response.destroyed) break;
    sent += piece.byteLength;
  }
  return sent;
}

/** Resolves when the bytes are out and their memory is free, or when nobody reads any more. */
function written(response: ServerResponse, piece: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    const gone = () => resolve();
    response.once('close', gone);
    response.write(piece, () => {
      response.off('close', gone);
      resolve();
    });
  });
}
