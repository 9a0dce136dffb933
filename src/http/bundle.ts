import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { type Pack, pack } from 'tar-stream';
import { BUNDLE_FIELDS } from '../domain/wire.js';
import type { OrderFile } from '../steps/ports.js';

const MOST_BYTES = 4 * 1024 * 1024;

/**
 * Answers with a tar of small files, each entry named by its row id, with size, mtime and SHA-256 in its header.
 * A file that is missing or too large is left out, and one that gets shorter while it is read ends the answer; the
 * client fetches by itself what did not come. Memory: a block of one file, also where the client reads slowly.
 */
export async function sendBundle(
  response: ServerResponse,
  files: AsyncIterable<{ id: number; file: OrderFile }>,
): Promise<void> {
  // Goes out with the first file: until then another answer can be given.
  response.setHeaders(
    new Map([
      ['content-type', 'application/x-tar'],
      ['cache-control', 'no-store'],
    ]),
  );
  const tar = pack();
  // Caught at once: a client that goes away while a file is read must not end the whole server.
  const sent = pipeline(tar, response).catch(() => {
    response.destroy();
  });
  try {
    for await (const { id, file } of files) {
      if (response.destroyed) break;
      await addFile(tar, id, file);
    }
    tar.finalize();
  } catch (error) {
    // A client that goes away in the middle is nobody's failure.
    if (!response.destroyed) throw error;
  }
  await sent;
}

async function addFile(tar: Pack, id: number, file: OrderFile): Promise<void> {
  const { size, mtimeNs } = file.stamp;
  if (size > MOST_BYTES) return;
  const sha256 = await file.sha256();
  const mtime = new Date(Number(mtimeNs / 1_000_000n));
  const header = {
    name: String(id),
    size,
    mtime,
    pax: { [BUNDLE_FIELDS.mtime]: String(mtime.getTime()), [BUNDLE_FIELDS.sha256]: sha256 },
  };
  await pipeline(size === 0 ? [] : file.read(0, size - 1), tar.entry(header));
}
