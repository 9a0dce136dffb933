import { pack } from 'tar-stream';
import { describe, expect, test } from 'vitest';
import { type BundleEntry, BundleReader, MEMBER_MEMORY } from '../../src/remote/bundle.js';

const SHA256 = 'ab'.repeat(32);

async function tarOf(
  members: readonly { name: string; bytes: Buffer; linkname?: string; pax?: Record<string, string> }[],
): Promise<Buffer> {
  const tar = pack();
  for (const { bytes, ...header } of members) tar.entry(header, bytes);
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar as AsyncIterable<Buffer>) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

/** The bytes in pieces that have nothing to do with what they hold. */
async function* inPieces(bytes: Buffer, size = 777): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size);
}

/** What is found, and what is wrong with it: null for a bundle that is whole. */
async function read(body: AsyncIterable<Uint8Array>): Promise<{ entries: BundleEntry[]; fault: unknown }> {
  const entries: BundleEntry[] = [];
  const reader = new BundleReader(
    (entry) => entries.push({ ...entry, bytes: Buffer.from(entry.bytes) }),
    Buffer.alloc(MEMBER_MEMORY),
  );
  try {
    for await (const chunk of body) reader.push(chunk);
    return { entries, fault: reader.ended ? null : new Error('it breaks off') };
  } catch (fault) {
    return { entries, fault };
  }
}

const TYPES = { file: '0', link: '1', symlink: '2', directory: '5', fifo: '6', pax: 'x' };

/** A header as POSIX describes it. */
function headerOf(type: keyof typeof TYPES, size: number): Buffer {
  const header = Buffer.alloc(512);
  header.write('17', 0);
  header.write('0000644\0', 100);
  header.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  header.write('00000000000\0', 136);
  header.write(TYPES[type], 156);
  header.write('ustar\x0000', 257);
  return rightSum(header);
}

/** The same header with the checksum of what it says. */
function rightSum(header: Buffer): Buffer {
  header.fill(' ', 148, 156);
  header.write(
    `${header
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, '0')}\0 `,
    148,
  );
  return header;
}

const small = { name: '17', bytes: Buffer.from('seventeen'), linkname: SHA256 };
const empty = { name: '18', bytes: Buffer.alloc(0), linkname: SHA256 };
const large = { name: '19', bytes: Buffer.alloc(100_000, 'x'), linkname: SHA256 };

describe('a bundle as it arrives', () => {
  test('gives its files by their ids', async () => {
    const { entries, fault } = await read(inPieces(await tarOf([small, empty, large])));
    expect(fault).toBeNull();
    expect(entries).toEqual(
      [small, empty, large].map(({ name, bytes }) => ({ id: Number(name), sha256: SHA256, bytes })),
    );
  });

  test('has files without a hash or a number: nobody asked for them', async () => {
    const { entries } = await read(
      inPieces(await tarOf([{ name: '../etc/passwd', bytes: Buffer.from('x') }])),
    );
    expect(entries).toEqual([{ id: Number.NaN, sha256: null, bytes: Buffer.from('x') }]);
  });

  test('breaks off at any place: what was whole before came, nothing half', async () => {
    const whole = await tarOf([small, empty, large]);
    for (let end = 0; end < whole.length - 1024; end += 4099) {
      const { entries } = await read(inPieces(whole.subarray(0, end)));
      for (const { id, bytes } of entries) {
        expect(bytes).toEqual([small, empty, large].find(({ name }) => Number(name) === id)?.bytes);
      }
    }
    const { entries, fault } = await read(inPieces(whole.subarray(0, 50_000)));
    expect(entries.map(({ id }) => id)).toEqual([17, 18]);
    expect(fault).toBeInstanceOf(Error);
  });

  test('is no tar, or says that a file is enormous: an error, and no memory for it', async () => {
    expect((await read(inPieces(Buffer.alloc(5000, 'a page of a hotel')))).fault).toBeInstanceOf(Error);
    const enormous = pack();
    enormous.entry({ name: '17', size: 2 ** 33 }).on('error', () => {});
    let header = Buffer.alloc(0);
    for await (const chunk of enormous as AsyncIterable<Buffer>) {
      header = Buffer.from(chunk);
      break;
    }
    const { entries, fault } = await read(inPieces(header));
    expect(entries).toEqual([]);
    expect(fault).toMatchObject({ message: expect.stringContaining('too large') });
  });

  test('has a member that is no file: an error, and no waiting for its bytes', async () => {
    const ok = await tarOf([small]);
    for (const [type, size] of [
      ['directory', 5],
      ['symlink', 0],
      ['link', 0],
      ['fifo', 0],
      ['pax', 19],
    ] as const) {
      const { entries, fault } = await read(
        inPieces(Buffer.concat([ok.subarray(0, -1024), headerOf(type, size), ok])),
      );
      expect(entries.map(({ id }) => id)).toEqual([17]);
      expect(fault).toMatchObject({ message: expect.stringContaining('a member of the bundle is no file') });
    }
  });

  test('lies about its sizes: nothing that is not whole comes', async () => {
    const ok = await tarOf([small]);
    // In base 256, less than nothing; not a number; and none at all.
    for (const size of ['\xff'.repeat(12), '-0000000001\0', '0000000000x\0', '\0'.repeat(12)]) {
      const header = headerOf('file', 0);
      header.write(size, 124, 'latin1');
      expect(await read(inPieces(Buffer.concat([rightSum(header), ok])))).toMatchObject({
        entries: [],
        fault: { message: 'a member of the bundle is too large' },
      });
    }
  });

  test('has no end: it is given up', async () => {
    const bytes = Buffer.alloc(1024 * 1024);
    let sent = 0;
    const endless = (async function* () {
      for (;;) {
        sent += bytes.length;
        yield bytes;
      }
    })();
    expect(await read(endless)).toMatchObject({ entries: [], fault: { message: 'the bundle has no end' } });
    expect(sent).toBeLessThan(80 * 1024 * 1024);
  });
});
