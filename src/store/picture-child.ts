// The program of a decoder process: takes one picture at a time from its parent, answers with the thumb, writes nothing.
import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Sharp } from 'sharp';
import { claimsPicture, isSvg, thumbFormat } from '../domain/thumb-format.js';
import { codeOf, messageOf } from '../errors.js';
import type { PictureJob, PictureMessage, PictureResult } from './pictures.js';

// Ctrl-C reaches the whole group, but the parent decides when its decoders end. Set before what is long to load.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
// The parent is gone. A plain exit would wait for the decoding to end.
const end = () => process.kill(process.pid, 'SIGKILL');
process.on('disconnect', end);
// It may have gone before this program had begun to listen.
if (!process.connected) end();

// Imported, it is read from many files one after the other, which takes twice as long; `require` itself knows no types.
const sharp: typeof import('sharp').default = createRequire(import.meta.url)('sharp');

const MEMORY_BYTES = 2 * 1024 ** 3;
const FILE_BYTES = 1024 ** 3;
const HEAD_BYTES = 8 * 1024;
/** Nearly every photo fits. New memory for each would cost as much as reading it does, and lie about until it is collected. */
const room = Buffer.allocUnsafeSlow(16 * 1024 ** 2);
/** Photoshop writes up to 56 channels. */
const LIMITS = { failOn: 'error', limitInputPixels: 300_000_000, limitInputChannels: 56 } as const;
/** How many channels a picture's colours take, where that is not three. */
const COLOURS = new Map<string, number>([
  ['cmyk', 4],
  ['b-w', 1],
  ['grey16', 1],
]);
const KNOWN = new Set(
  ['jpeg', 'png', 'apng', 'gif', 'webp', 'avif', 'tiff', 'svg+xml'].map((kind) => `image/${kind}`),
);

sharp.cache(false);
sharp.concurrency(1);
// From memory only: an SVG that is read by its path may draw files that lie beside it into the thumb.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: ['Jpeg', 'Png', 'Nsgif', 'Webp', 'Tiff', 'Svg', 'Heif'].map(
    (kind) => `VipsForeignLoad${kind}Buffer`,
  ),
});

async function answer(job: PictureJob): Promise<PictureMessage> {
  try {
    return await render(job);
  } catch (error) {
    return { kind: 'failed', message: messageOf(error), code: codeOf(error) };
  }
}

/** Throws only what the system says of the file itself. This process has nothing else to do while it reads. */
async function render(job: PictureJob): Promise<PictureResult> {
  const file = openSync(job.path, 'r');
  try {
    const { size } = fstatSync(file);
    const head = Buffer.alloc(Math.min(HEAD_BYTES, size));
    readSync(file, head, 0, head.length, 0);
    const mime = await sniff(job.path, head);
    if (mime === undefined || !isPicture(mime)) {
      if (!claimsPicture(job.name)) return { kind: 'not-picture' };
      if (size === 0) return unreadable('the file is empty');
      return unreadable(mime === undefined ? 'holds no picture' : `holds ${mime}, not a picture`);
    }
    if (size > FILE_BYTES) return unreadable('the file is larger than 1 GiB');
    const bytes =
      size > room.length ? readFileSync(file) : room.subarray(0, readSync(file, room, 0, size, 0));
    return await thumb(bytes, mime, job).then(
      (made) => ({ kind: 'thumb', bytes: made }) as const,
      (error: unknown) => {
        if (isWantOfMemory(error))
          throw Object.assign(new Error('the decoder got no memory'), { code: 'ENOMEM' });
        return unreadable(reasonOf(error, mime));
      },
    );
  } finally {
    closeSync(file);
  }
}

/** The MIME type that the content has, whatever the name says; undefined when it has no mark of any. */
async function sniff(path: string, head: Buffer): Promise<string | undefined> {
  if (isJpeg(head)) return 'image/jpeg';
  const { fileTypeFromFile } = await import('file-type');
  const found = await fileTypeFromFile(path).catch((error: unknown) => {
    if (error instanceof Error && 'syscall' in error) throw error;
    return undefined;
  });
  const mime = found?.mime;
  if ((mime === undefined || mime === 'application/xml') && isSvg(head.toString('utf8')))
    return 'image/svg+xml';
  // Two letters announce a BMP, and a note may begin with them; its reserved bytes are zero.
  if (mime === 'image/bmp' && !head.subarray(6, 10).equals(Buffer.alloc(4))) return undefined;
  return mime ?? cutPicture(head);
}

/** What nearly all pictures are: they need no list of all types. JPEG-LS, which nobody here decodes, begins alike. */
function isJpeg(head: Buffer): boolean {
  return head.toString('latin1', 0, 3) === '\xff\xd8\xff' && head[3] !== 0xf7;
}

/** These are not recognised any more when the file ends early, and are pictures still. */
function cutPicture(head: Buffer): string | undefined {
  const mark = head.toString('latin1', 0, 4);
  if (mark === '\x89PNG') return 'image/png';
  return mark === 'II*\0' || mark === 'MM\0*' ? 'image/tiff' : undefined;
}

function isPicture(mime: string): boolean {
  return mime.startsWith('image/') && mime !== 'image/vnd.adobe.photoshop';
}

async function thumb(bytes: Buffer, mime: string, { name, size }: PictureJob): Promise<Buffer> {
  const picture = await upright(bytes, mime);
  const small = picture.resize({ width: size, height: size, fit: 'inside', withoutEnlargement: true });
  const format = thumbFormat(name);
  if (format === 'jpeg') return small.flatten({ background: '#ffffff' }).jpeg().toBuffer();
  if (format !== 'svg') return small.toFormat(format).toBuffer();
  const { data, info } = await small.png().toBuffer({ resolveWithObject: true });
  const box = `width="${info.width}" height="${info.height}"`;
  const image = `<image ${box} href="data:image/png;base64,${data.toString('base64')}"/>`;
  return Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" ${box}>${image}</svg>\n`);
}

/**
 * The picture as its camera was held. Retouchers save selections and spot colours as further channels of a TIFF:
 * sharp can neither shrink nor flatten those, so they are dropped first. A JPEG, which has none, is not opened to look.
 */
async function upright(bytes: Buffer, mime: string): Promise<Sharp> {
  const picture = sharp(bytes, LIMITS).autoOrient();
  if (mime === 'image/jpeg') return picture;
  const { channels, space } = await picture.metadata();
  const colours = COLOURS.get(space) ?? 3;
  if (channels <= colours + 1) return picture;
  const { data, info } = await picture.removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return sharp(data, { ...LIMITS, raw: { width: info.width, height: info.height, channels: info.channels } });
}

/** As libvips, libjpeg and libheif say it; what a picture demands beyond libheif's own limits is its own fault. */
function isWantOfMemory(error: unknown): boolean {
  const message = messageOf(error);
  return (
    /out of memory|insufficient memory|memory allocation/i.test(message) && !/security limit/i.test(message)
  );
}

function reasonOf(error: unknown, mime: string): string {
  if (messageOf(error).includes('exceeds pixel limit')) return 'more than 300 megapixels';
  return KNOWN.has(mime) ? 'damaged or cut short' : `no decoder here reads ${mime}`;
}

function unreadable(reason: string): PictureResult {
  return { kind: 'unreadable', reason };
}

function send(message: PictureMessage, sent: () => void = () => undefined): void {
  process.send?.(message, sent);
}

/** What the picture in hand may take of the processor's time, and what was used up before it; null between two pictures. */
let meter: { readonly mostMs: number; readonly before: NodeJS.CpuUsage } | null = null;

/** How the picture in hand goes beyond a limit, in words; null when it does not. */
function excess(): string | null {
  if (process.memoryUsage.rss() > MEMORY_BYTES) return 'needed more than 2 GiB of memory';
  if (meter === null) return null;
  const { user, system } = process.cpuUsage(meter.before);
  return user + system > meter.mostMs * 1000 ? `took longer than ${meter.mostMs / 1000} s` : null;
}

setInterval(() => {
  const reason = excess();
  if (reason !== null) send({ kind: 'outgrown', reason }, end);
}, 100);
// Sent as `unknown`, and only our own parent holds the other end.
process.on('message', async (message) => {
  const job = message as PictureJob;
  meter = { mostMs: job.mostMs, before: process.cpuUsage() };
  send(await answer(job));
  meter = null;
  // The last picture's bytes must not count against the next one.
  if (process.memoryUsage.rss() > MEMORY_BYTES / 4) globalThis.gc?.();
});
send({ kind: 'ready' });
