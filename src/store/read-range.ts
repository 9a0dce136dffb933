import type { FileHandle } from 'node:fs/promises';

const BLOCK = 256 * 1024;

/**
 * The bytes of an open file from `start` to `end`, both included, or fewer when it has become shorter. A piece is good until
 * the next one is asked for: a stream of Node's makes a new buffer for each, of which hundreds wait for the collector.
 */
export async function* readRange(handle: FileHandle, start: number, end: number): AsyncGenerator<Uint8Array> {
  const block = Buffer.allocUnsafeSlow(Math.min(BLOCK, end - start + 1));
  for (let at = start; at <= end; ) {
    const { bytesRead } = await handle.read(block, 0, Math.min(block.byteLength, end + 1 - at), at);
    if (bytesRead === 0) return;
    yield block.subarray(0, bytesRead);
    at += bytesRead;
  }
}
