import type { ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { type Pack, pack } from 'tar-stream';
import { BUNDLE_FIELDS } from '../domain/wire.js';
import type { OrderFile } from '../steps/ports.js';

const MOST_BYTES = 4 * 1024 * 1024;

/**
 * Answers with a tar of small files, each entry named by its row id, with size, mtime and SHA-256 in its header.
 * A file that is missing, too large or changes while it is read is left out; the client fetches it by itself.
 */
export async function sendBundle(
  response: ServerResponse,
  files: AsyncIterable<{ id: number; file: OrderFile }>,
): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/x-tar', 'cache-control': 'no-store' });
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
    tar.destroy(error instanceof Error ? error : undefined);
  }
  await sent;
}

async function addFile(tar: Pack, id: number, file: OrderFile): Promise<void> {
  const { size, mtimeNs } = file.stamp;
  if (size > MOST_BYTES) return;
  const sha256 = await file.sha256();
  const bytes = size === 0 ? Buffer.alloc(0) : await buffer(file.read(0, size - 1));
  if (bytes.length !== size) return;
  const mtime = new Date(Number(mtimeNs / 1_000_000n));
  const header = {
    name: String(id),
    size,
    mtime,
    pax: { [BUNDLE_FIELDS.mtime]: String(mtime.getTime()), [BUNDLE_FIELDS.sha256]: sha256 },
  };
  await new Promise<void>((resolve, reject) => {
    tar.entry(header, bytes, (error) => (error ? reject(error) : resolve()));
  });
}
