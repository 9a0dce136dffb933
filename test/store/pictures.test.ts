import { execFileSync, fork, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { PictureJob } from '../../src/store/pictures.js';
import { whoReads } from '../support/who-reads.js';

const BUILT = new URL('../../dist/store/pictures.js', import.meta.url).href;
// The build has the types of its source; it is imported from there because its child program must be JavaScript.
const { Pictures } = (await import(/* @vite-ignore */ BUILT)) as typeof import('../../src/store/pictures.js');

const posixIt = it.skipIf(process.platform === 'win32');
const linuxIt = it.skipIf(process.platform !== 'linux');
const box = mkdtempSync(join(tmpdir(), 'orderbak-pictures-'));
const pictures = new Pictures({ size: 300, workers: 2 });
const opened: { close(): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map((each) => each.close()));
});
afterAll(async () => {
  await pictures.close();
  rmSync(box, { recursive: true });
});

function own(options: { workers?: number; timeoutMs?: number } = {}) {
  const made = new Pictures({ size: 300, workers: 1, ...options });
  opened.push(made);
  return made;
}

let files = 0;
function put(bytes: Buffer | string): string {
  files += 1;
  const path = join(box, String(files));
  writeFileSync(path, bytes);
  return path;
}

const render = (name: string, bytes: Buffer | string) => pictures.render({ path: put(bytes), name });

async function thumb(name: string, bytes: Buffer | string): Promise<Buffer> {
  const made = await render(name, bytes);
  if (made.kind !== 'thumb') throw new Error(`no thumb of ${name}: ${JSON.stringify(made)}`);
  return made.bytes;
}

/** The middle pixel as a browser would show it on white. */
async function middle(bytes: Buffer): Promise<number[]> {
  const { data, info } = await sharp(bytes)
    .flatten({ background: '#fff' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  const at = (Math.floor(info.height / 2) * info.width + Math.floor(info.width / 2)) * info.channels;
  return [...data.subarray(at, at + 3)];
}

const red = (width = 400, height = 300) =>
  sharp({ create: { width, height, channels: 3, background: '#f00' } });
const glass = () =>
  sharp({ create: { width: 400, height: 300, channels: 4, background: { r: 255, g: 0, b: 0, alpha: 0.5 } } });
/** Grain, so that a file is long enough to be cut anywhere. */
const grain = () =>
  sharp({
    create: {
      width: 320,
      height: 240,
      channels: 3,
      background: '#888',
      noise: { type: 'gaussian', mean: 128, sigma: 30 },
    },
  });
const PSD = `8BPS\0\x01${'\0'.repeat(40)}`;
const SVG = `<svg xmlns="http://www.w3.org/2000/svg" width="800" height="600"><script>alert(1)</script><rect width="800" height="600" fill="red"/></svg>`;

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

/** A PNG whose header promises `side` × `side` pixels. */
function hugePng(side: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header.set([8, 6, 0, 0, 0], 8);
  const mark = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  const data = deflateSync(Buffer.alloc(1000));
  return Buffer.concat([mark, chunk('IHDR', header), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))]);
}

/** A whole grey CMYK JPEG of `side` × `side` pixels; progressive, so that its decoder keeps 8 bytes of each pixel. */
function hugeJpeg(side: number): Buffer {
  const segment = (mark: number, data: readonly number[]): Buffer =>
    Buffer.from([0xff, mark, (data.length + 2) >> 8, (data.length + 2) & 255, ...data]);
  const channels = [1, 2, 3, 4];
  const sides = [side >> 8, side & 255, side >> 8, side & 255];
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    segment(0xdb, [0, ...Array<number>(64).fill(1)]),
    segment(0xc2, [8, ...sides, 4, ...channels.flatMap((channel) => [channel, 0x11, 0])]),
    // One code, a single bit that says "as before".
    segment(0xc4, [0, 1, ...Array<number>(16).fill(0)]),
    segment(0xda, [4, ...channels.flatMap((channel) => [channel, 0]), 0, 0, 0]),
    Buffer.alloc(Math.ceil(side / 8) ** 2 / 2 + 1),
    Buffer.from([0xff, 0xd9]),
  ]);
}

/** A TIFF of 8-bit channels, such as Photoshop writes when selections are saved with a picture. */
function tiff(side: number, pixel: readonly number[]): Buffer {
  const data = Buffer.alloc(side * side * pixel.length, Buffer.from(pixel));
  const extra = pixel.length - 3;
  const tags = [
    [256, side],
    [257, side],
    [258, 8],
    [259, 1],
    [262, 2],
    [273, 512],
    [277, pixel.length],
    [278, side],
    [279, data.length],
    [338, 0],
  ] as const;
  const head = Buffer.alloc(512);
  head.write('II*\0\x08', 'latin1');
  head.writeUInt16LE(tags.length, 8);
  for (const [i, [tag, value]] of tags.entries()) {
    const at = 10 + i * 12;
    const list = tag === 258 ? pixel.length : tag === 338 ? extra : 1;
    head.writeUInt16LE(tag, at);
    head.writeUInt16LE(list > 1 ? 3 : 4, at + 2);
    head.writeUInt32LE(list, at + 4);
    head.writeUInt32LE(list > 1 ? (tag === 258 ? 300 : 400) : value, at + 8);
  }
  for (let i = 0; i < pixel.length; i += 1) head.writeUInt16LE(8, 300 + i * 2);
  return Buffer.concat([head, data]);
}

const OUTPUTS = [
  ['a.jpg', 'jpeg'],
  ['a.png', 'png'],
  ['a.gif', 'gif'],
  ['a.webp', 'webp'],
  ['a.avif', 'heif'],
  ['a.svg', 'svg'],
  ['a.tif', 'jpeg'],
  ['a', 'jpeg'],
] as const;

describe('a picture', () => {
  const inputs: Record<string, () => Promise<Buffer>> = {
    'a JPEG': () => red().jpeg().toBuffer(),
    'a progressive JPEG': () => red().jpeg({ progressive: true }).toBuffer(),
    'a CMYK JPEG': () => red().toColourspace('cmyk').jpeg().toBuffer(),
    'a 16-bit PNG': () => red().toColourspace('rgb16').png().toBuffer(),
    'an interlaced PNG': () => red().png({ progressive: true }).toBuffer(),
    'a GIF': () => red().gif().toBuffer(),
    'an animated WebP': async () =>
      sharp([await red().png().toBuffer(), await glass().png().toBuffer()], { join: { animated: true } })
        .webp({ lossless: true })
        .toBuffer(),
    'an AVIF': () => red().avif({ effort: 0 }).toBuffer(),
    'a TIFF': () => red().tiff({ compression: 'lzw' }).toBuffer(),
    'an SVG': async () => Buffer.from(SVG),
  };

  it.each(Object.keys(inputs))('that is %s gets the kind of thumb that its name asks for', async (kind) => {
    const bytes = await (inputs[kind] ?? expect.unreachable)();
    for (const [name, format] of OUTPUTS) {
      const made = await thumb(name, bytes);
      expect(await sharp(made).metadata(), `${kind} as ${name}`).toMatchObject({
        format,
        width: 300,
        height: 225,
        depth: 'uchar',
        space: 'srgb',
      });
      const [r = 0, g = 255, b = 255] = await middle(made);
      expect(r, `${kind} as ${name}`).toBeGreaterThan(220);
      expect(Math.max(g, b), `${kind} as ${name}`).toBeLessThan(20);
    }
  });

  it('keeps its shape, stands upright and loses its metadata', async () => {
    const turned = await red(800, 200)
      .withMetadata({ orientation: 6 })
      .withIccProfile('p3')
      .withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/"/>')
      .jpeg()
      .toBuffer();
    for (const name of ['a.jpg', 'a.png', 'a.webp']) {
      const meta = await sharp(await thumb(name, turned)).metadata();
      expect(meta).toMatchObject({ width: 75, height: 300 });
      expect([meta.orientation, meta.exif, meta.icc, meta.xmp]).toEqual([
        undefined,
        undefined,
        undefined,
        undefined,
      ]);
    }
  });

  it('is never enlarged', async () => {
    const small = `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"/>`;
    for (const bytes of [await red(40, 30).png().toBuffer(), Buffer.from(small)]) {
      expect(await sharp(await thumb('a.jpg', bytes)).metadata()).toMatchObject({ width: 40, height: 30 });
    }
    expect(await sharp(await thumb('a.png', await red(9000, 1).png().toBuffer())).metadata()).toMatchObject({
      width: 300,
      height: 1,
    });
  });

  it('lies on white where its thumb knows no transparency, and stays transparent elsewhere', async () => {
    const bytes = await glass().toColourspace('rgb16').png().toBuffer();
    const [, g = 0] = await middle(await thumb('a.jpg', bytes));
    expect(g).toBeGreaterThan(120);
    for (const name of ['a.png', 'a.webp', 'a.svg']) {
      expect((await sharp(await thumb(name, bytes)).metadata()).hasAlpha, name).toBe(true);
    }
  });

  it('shows its colours, not the selections that were saved with it', async () => {
    for (const name of ['a.tif', 'a.png']) {
      expect(await middle(await thumb(name, tiff(400, [250, 0, 0, 0, 0, 0]))), name).toEqual([
        expect.closeTo(250, -1),
        expect.closeTo(0, -1),
        expect.closeTo(0, -1),
      ]);
    }
  });

  it('that is an SVG brings nothing but pixels into its thumb', async () => {
    const made = (await thumb('a.svg', SVG)).toString();
    expect(made).toMatch(
      /^<svg [^>]*width="300" height="225"><image [^>]*href="data:image\/png;base64,[^"<>]*"\/><\/svg>\n$/,
    );
  });

  it('that is an SVG loads no other file', async () => {
    const other = put(await red().png().toBuffer());
    const refs = [pathToFileURL(other).href, other, other.slice(box.length + 1), 'http://127.0.0.1:9/a.png'];
    const images = refs.map((ref) => `<image width="80" height="60" href="${ref}"/>`).join('');
    const made = await thumb(
      'a.png',
      `<svg xmlns="http://www.w3.org/2000/svg" width="80" height="60">${images}</svg>`,
    );
    expect(await middle(made)).toEqual([255, 255, 255]);
  });

  linuxIt('is read through a handle of the parent', async () => {
    const handle = openSync(put(await red().png().toBuffer()), 'r');
    const made = await pictures.render({ path: `/proc/${process.pid}/fd/${handle}`, name: 'a.png' });
    closeSync(handle);
    expect(made.kind).toBe('thumb');
  });
});

describe('a file that is no picture', () => {
  it.each([
    ['a.pdf', '%PDF-1.7\n1 0 obj\n<<>>\nendobj\n'],
    ['a.zip', `PK\x05\x06${'\0'.repeat(18)}`],
    ['a.psd', PSD],
    ['design', PSD],
    ['a.txt', 'BMW X5: please brighten the sky'],
    ['a.html', '<html><body><svg xmlns="http://www.w3.org/2000/svg"/></body></html>'],
    ['a.bin', '\x01\x02\x03\x04'],
    ['empty', ''],
  ])('%s is told apart', async (name, text) => {
    expect(await render(name, Buffer.from(text, 'latin1'))).toEqual({ kind: 'not-picture' });
  });
});

describe('a picture that cannot be read', () => {
  it.each([
    ['a.jpg', '', 'the file is empty'],
    ['a.jpg', 'nothing like a picture', 'holds no picture'],
    ['a.webp', '%PDF-1.7\n1 0 obj\n<<>>\nendobj\n', 'holds application/pdf, not a picture'],
    ['a.png', PSD, 'holds image/vnd.adobe.photoshop, not a picture'],
    ['a.jpg', '\xff\xd8\xff\xf7\0\x0b\x08', 'no decoder here reads image/jls'],
    ['a.txt', '\xff\xd8\xff', 'damaged or cut short'],
    ['a.heic', '\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'no decoder here reads image/heic'],
    ['a', `BM\x3a\0\0\0\0\0\0\0\x36\0\0\0\x28${'\0'.repeat(43)}`, 'no decoder here reads image/bmp'],
    ['a.svg', '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><rect', 'damaged or cut short'],
    [
      'a.svg',
      '<svg xmlns="http://www.w3.org/2000/svg" width="99999" height="99999"/>',
      'more than 300 megapixels',
    ],
  ])('%s: %j', async (name, text, reason) => {
    expect(await render(name, Buffer.from(text, 'latin1'))).toEqual({ kind: 'unreadable', reason });
  });

  it.each(['jpeg', 'progressive', 'png', 'interlaced', 'webp', 'gif', 'tiff', 'avif'])(
    'a cut %s',
    async (kind) => {
      const picture = grain();
      const whole = await {
        jpeg: () => picture.jpeg(),
        progressive: () => picture.jpeg({ progressive: true }),
        png: () => picture.png(),
        interlaced: () => picture.png({ progressive: true }),
        webp: () => picture.webp(),
        gif: () => picture.gif({ colours: 16, effort: 1 }),
        tiff: () => picture.tiff({ compression: 'lzw' }),
        avif: () => picture.avif({ effort: 0 }),
      }
        [kind as 'jpeg']()
        .toBuffer();
      expect((await render('a', whole)).kind).toBe('thumb');
      for (const left of [
        whole.length - 100,
        Math.floor(whole.length * 0.9),
        Math.floor(whole.length / 2),
        200,
      ]) {
        const answer = { kind: 'unreadable', reason: 'damaged or cut short' };
        expect(await render('a', whole.subarray(0, left)), `${left} of ${whole.length} bytes`).toEqual(
          answer,
        );
      }
    },
  );

  it('promises more pixels than anyone has', async () => {
    expect(await render('a.png', hugePng(60_000))).toEqual({
      kind: 'unreadable',
      reason: 'more than 300 megapixels',
    });
  });

  it('unfolds beyond the memory it may have, and the next one is read', async () => {
    const one = own();
    const bomb = put(hugeJpeg(17_300));
    expect(await one.render({ path: bomb, name: 'a.png' })).toEqual({
      kind: 'unreadable',
      reason: 'needed more than 2 GiB of memory',
    });
    expect(await one.decodes(put(await red().png().toBuffer()))).toBe(true);
  });
});

describe('decodes', () => {
  it('says yes to whole pictures only', async () => {
    const jpeg = await grain().jpeg().toBuffer();
    expect(await pictures.decodes(put(jpeg))).toBe(true);
    expect(await pictures.decodes(put(await thumb('a.svg', jpeg)))).toBe(true);
    expect(await pictures.decodes(put(await thumb('a.avif', jpeg)))).toBe(true);
    expect(await pictures.decodes(put(jpeg.subarray(0, -20)))).toBe(false);
    expect(await pictures.decodes(put(''))).toBe(false);
    expect(await pictures.decodes(put('text'))).toBe(false);
    expect(await pictures.decodes(join(box, 'missing'))).toBe(false);
  });
});

describe('a file that cannot be opened', () => {
  it('is not called an unreadable picture', async () => {
    await expect(pictures.render({ path: join(box, 'gone'), name: 'a.jpg' })).rejects.toMatchObject({
      code: 'ENOENT',
    });
    await expect(pictures.render({ path: box, name: 'a.jpg' })).rejects.toMatchObject({ code: 'EISDIR' });
    await expect(pictures.decodes(box)).rejects.toMatchObject({ code: 'EISDIR' });
  });
});

describe('the children', () => {
  let good = '';
  let large = '';
  beforeAll(async () => {
    good = put(await red().png().toBuffer());
    large = put(await red(12_000, 12_000).png({ compressionLevel: 1 }).toBuffer());
  });

  function childrenOf(pid: number): number[] {
    const { stdout } = spawnSync('pgrep', ['-P', String(pid), '-f', 'picture-child'], { encoding: 'utf8' });
    return stdout.split('\n').filter(Boolean).map(Number);
  }

  function isAlive(pid: number): boolean {
    const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
    return /^[^Z]/u.test(stdout.trim());
  }

  /** One more decoder and its child, at rest. */
  async function started(options: { timeoutMs?: number } = {}) {
    const before = childrenOf(process.pid);
    const one = own(options);
    await one.render({ path: good, name: 'a.png' });
    const [pid = 0] = childrenOf(process.pid).filter((each) => !before.includes(each));
    expect(pid).toBeGreaterThan(1);
    return { one, pid };
  }

  posixIt('that die are started again, and read the picture once more', async () => {
    const { one, pid } = await started();
    process.kill(pid, 'SIGSTOP');
    const first = one.render({ path: good, name: 'a.png' });
    const second = one.render({ path: good, name: 'a.png' });
    process.kill(pid, 'SIGKILL');
    expect((await first).kind).toBe('thumb');
    expect((await second).kind).toBe('thumb');
  });

  /** The decoder that has the file open. */
  async function untilRead(path: string, butNot = 0): Promise<number> {
    for (;;) {
      const reader = whoReads(path, butNot);
      if (reader !== undefined) return reader;
      await sleep(5);
    }
  }

  linuxIt('are no more than have work for as long as another takes to start', async () => {
    const before = childrenOf(process.pid);
    const ours = () => childrenOf(process.pid).filter((pid) => !before.includes(pid));
    const two = own({ workers: 2 });
    const both = (...paths: string[]) => Promise.all(paths.map((path) => two.decodes(path)));
    const first = both(large, good);
    expect([await untilRead(large)]).toEqual(ours());
    expect(await first).toEqual([true, true]);
    expect(await both(good, good)).toEqual([true, true]);
    expect(ours()).toHaveLength(2);
  });

  /** Sends a signal to each of the two decoders that try a large picture. */
  async function disturb(one: InstanceType<typeof Pictures>, first: NodeJS.Signals, second: NodeJS.Signals) {
    const answer = one.render({ path: large, name: 'large.png' });
    // Looked at when both were disturbed.
    answer.catch(() => undefined);
    const before = await untilRead(large);
    process.kill(before, first);
    process.kill(await untilRead(large, before), second);
    return answer;
  }

  linuxIt('that crash twice over one picture have been crashed by it', async () => {
    const { one } = await started();
    const answer = { kind: 'unreadable', reason: 'the decoder crashed' };
    expect(await disturb(one, 'SIGSEGV', 'SIGABRT')).toEqual(answer);
  });

  linuxIt('that somebody kills, as a system without memory does, say nothing about the picture', async () => {
    const { one } = await started();
    const killed = { code: 'decoder-killed', message: expect.stringContaining('(SIGKILL)') };
    await expect(disturb(one, 'SIGKILL', 'SIGKILL')).rejects.toMatchObject(killed);
    await expect(disturb(one, 'SIGKILL', 'SIGSEGV')).rejects.toMatchObject(killed);
    expect((await one.render({ path: good, name: 'a.png' })).kind).toBe('thumb');
  });

  it('that are late twice by the clock say nothing about the picture', async () => {
    const late = own({ timeoutMs: 1 }).render({ path: large, name: 'a.png' });
    await expect(late).rejects.toMatchObject({ code: 'decoder-late' });
  });

  /** A decoder's own answer to a job. */
  async function answerOf(job: PictureJob, limit: (pid: number) => void = () => {}) {
    const child = fork(fileURLToPath(new URL('../../dist/store/picture-child.js', import.meta.url)), {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    await once(child, 'message');
    limit(child.pid ?? 0);
    child.send(job);
    const [message] = await once(child, 'message');
    child.kill('SIGKILL');
    return message as unknown;
  }

  it('that work longer than they may give up', async () => {
    const job = { path: large, name: 'large.png', size: 300, mostMs: 50 };
    expect(await answerOf(job)).toEqual({ kind: 'outgrown', reason: 'took longer than 0.05 s' });
  });

  linuxIt('that get no memory say nothing about the picture', async () => {
    const limit = (pid: number) => {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      const bytes = Number(/VmSize:\s+(\d+)/.exec(status)?.[1]) * 1024 + 200_000_000;
      execFileSync('prlimit', ['--pid', String(pid), `--as=${bytes}`]);
    };
    const job = { path: put(hugeJpeg(8000)), name: 'a.jpg', size: 300, mostMs: 30_000 };
    expect(await answerOf(job, limit)).toMatchObject({ kind: 'failed', code: 'ENOMEM' });
  });

  it('whose parent is gone before they have begun end too', async () => {
    const child = fork(fileURLToPath(new URL('../../dist/store/picture-child.js', import.meta.url)), {
      stdio: 'ignore',
    });
    child.disconnect();
    await once(child, 'exit');
  });

  posixIt(
    'that take too long are killed, and read the picture once more: the machine may have slept',
    async () => {
      const { one, pid } = await started({ timeoutMs: 2000 });
      process.kill(pid, 'SIGSTOP');
      const first = one.render({ path: good, name: 'a.png' });
      const second = one.decodes(good);
      expect((await first).kind).toBe('thumb');
      expect(await second).toBe(true);
      expect(isAlive(pid)).toBe(false);
    },
  );

  posixIt('do not hear Ctrl-C, and are used again', async () => {
    const { one, pid } = await started();
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.kill(pid, signal);
    expect((await one.render({ path: good, name: 'a.png' })).kind).toBe('thumb');
    expect(childrenOf(process.pid)).toContain(pid);
  });

  posixIt('are gone after close, which may be called again', async () => {
    const { one, pid } = await started();
    process.kill(pid, 'SIGSTOP');
    const running = expect(one.render({ path: good, name: 'a.png' })).rejects.toThrow('closed');
    const waiting = expect(one.render({ path: good, name: 'a.png' })).rejects.toThrow('closed');
    await Promise.all([one.close(), one.close()]);
    expect(isAlive(pid)).toBe(false);
    await Promise.all([running, waiting]);
    await expect(one.decodes(good)).rejects.toThrow('closed');
  });

  it('answer many at once, each its own', async () => {
    const sizes = Array.from({ length: 12 }, (_, i) => 20 + i);
    const made = await Promise.all(
      sizes.map(async (width) =>
        sharp(await thumb('a.png', await red(width, 10).png().toBuffer())).metadata(),
      ),
    );
    expect(made.map((meta) => meta.width)).toEqual(sizes);
  });

  linuxIt('know no secret of ours', async () => {
    vi.stubEnv('ORDERBAK_SERVER_TOKEN', 'hush');
    const { pid } = await started();
    vi.unstubAllEnvs();
    expect(existsSync(`/proc/${pid}/environ`)).toBe(true);
    expect(readFileSync(`/proc/${pid}/environ`, 'utf8')).not.toContain('hush');
  });

  const program = (end: string) => `
    import { Pictures } from ${JSON.stringify(BUILT)};
    const pictures = new Pictures({ size: 300 });
    const [good, bad] = process.argv.slice(1);
    const made = [await pictures.render({ path: good, name: 'a.png' }), await pictures.render({ path: bad, name: 'a.png' })];
    console.log(made.map((each) => each.kind).join());
    ${end}`;
  const run = (end: string, ...args: string[]) => ['--input-type=module', '-e', program(end), ...args];

  it('let their parent end after close, and say nothing on its terminal', async () => {
    const bad = put((await grain().jpeg().toBuffer()).subarray(0, 9000));
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      run('await pictures.close();', good, bad),
      {
        encoding: 'utf8',
      },
    );
    expect({ stdout, stderr, status }).toEqual({ stdout: 'thumb,unreadable\n', stderr: '', status: 0 });
  });

  posixIt('end when their parent is killed', async () => {
    const parent = spawn(process.execPath, run('', good, good), { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(parent.stdout, 'data');
    const children = childrenOf(parent.pid ?? 0);
    expect(children.length).toBeGreaterThan(0);
    parent.kill('SIGKILL');
    await vi.waitFor(() => expect(children.filter(isAlive)).toEqual([]), { timeout: 60_000 });
  });
});
