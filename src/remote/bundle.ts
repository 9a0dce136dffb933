import { Readable } from 'node:stream';
import { extract } from 'tar-stream';
import { BUNDLE_FIELDS } from '../domain/wire.js';
import type { BundleEntry } from '../steps/ports.js';

const MOST_BYTES = 8 * 1024 * 1024;
/** Four times what is asked for at once (`steps/pull.ts`): a bundle that goes on after that has no end. */
const MOST_IN_ALL = 64 * 1024 * 1024;

/** The files of a bundle (a tar whose entries are named by row id), one at a time. Throws when it breaks off or is no bundle. */
export async function* readBundle(body: AsyncIterable<Uint8Array>): AsyncGenerator<BundleEntry> {
  const tar = extract();
  const source = Readable.from(bounded(body), { objectMode: false });
  source.on('error', (error) => tar.destroy(error));
  source.pipe(tar);
  try {
    for await (const entry of tar) {
      const { name, size, type } = entry.header;
      // The library's type gives pax fields no names; they are texts (POSIX pax).
      const pax = (entry.header.pax ?? {}) as Readonly<Record<string, string>>;
      // The bytes of another kind of member may never end (tar-stream waits for those of a folder).
      if (type !== 'file') throw new Error(`a member of the bundle is a ${type}`);
      if ((size ?? 0) > MOST_BYTES) throw new Error('a member of the bundle is too large');
      const chunks: Uint8Array[] = [];
      for await (const chunk of entry as AsyncIterable<Uint8Array>) chunks.push(chunk);
      yield { id: Number(name), sha256: pax[BUNDLE_FIELDS.sha256] ?? null, bytes: Buffer.concat(chunks) };
    }
  } finally {
    source.destroy();
  }
}

async function* bounded(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let length = 0;
  for await (const chunk of body) {
    length += chunk.byteLength;
    if (length > MOST_IN_ALL) throw new Error('the bundle has no end');
    yield chunk;
  }
}
