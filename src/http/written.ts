import type { ServerResponse } from 'node:http';

/** Resolves when the bytes are out and their memory is free, or when nobody reads any more. */
export function written(response: ServerResponse, piece: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    const gone = () => resolve();
    response.once('close', gone);
    response.write(piece, () => {
      response.off('close', gone);
      resolve();
    });
  });
}
