import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openLogFile } from '../../src/store/log-file.js';
import { clearOldLog } from '../../src/store/old-log.js';

const DAY = 86_400_000;
const KEEP = 90 * DAY;
const NOW = Date.UTC(2026, 10, 22, 2);

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'orderbak-log-'));
  file = path.join(folder, 'orderbak.log');
});
afterEach(() => rm(folder, { recursive: true }));

const line = (daysAgo: number, step = 'insert') =>
  `${JSON.stringify({ level: 'info', time: new Date(NOW - daysAgo * DAY).toISOString(), step, message: 'began' })}\n`;

/** A file whose first line is `first` days old, and its last one `last` days. */
async function plant(name: string, first: number, last: number, text = line(first) + line(last)) {
  const bytes = name.endsWith('.gz') ? gzipSync(text) : text;
  await writeFile(path.join(folder, name), bytes);
  await utimes(path.join(folder, name), NOW / 1000, (NOW - last * DAY) / 1000);
  return bytes.length;
}

const names = async () => (await readdir(folder)).sort();
const clear = () => clearOldLog(file, NOW, KEEP);

test('pieces are removed when their last line is too old, whoever set them aside; all others stay', async () => {
  await plant('orderbak.log', 3, 1);
  const gone = [
    await plant('orderbak.log.20260801T020000.123Z-4711', 130, 91),
    await plant('orderbak.log.12', 130, 91),
    await plant('orderbak.log.13.gz', 140, 131),
    await plant('orderbak.log-20260801.gz', 140, 131),
  ];
  // The first line is too old, the last one is not.
  await plant('orderbak.log.20260901T020000.123Z-4711', 130, 89);
  await plant('orderbak.log.3.gz', 95, 89);
  const before = await names();
  expect(await clear()).toEqual({ files: 4, bytes: gone.reduce((sum, size) => sum + size) });
  expect(await names()).toEqual([
    'orderbak.log',
    'orderbak.log.20260901T020000.123Z-4711',
    'orderbak.log.3.gz',
  ]);
  expect(before).toHaveLength(7);
});

test('what is none of its pieces is left alone, however old', async () => {
  await plant('orderbak.log', 3, 1);
  await plant('orderbak.log.1', 200, 200, 'Nov 22 02:00:00 shop cron[1]: by another program\n');
  await plant('orderbak.log.2.gz', 200, 200, '{"level":"info","time":"2026-01-01T00:00:00Z"}\n');
  await plant('orderbak.log.3', 200, 200, '');
  await writeFile(path.join(folder, 'orderbak.log.4.gz'), line(200));
  await plant('orderbak.log.bak', 200, 200);
  await plant('orderbak.log.old.1', 200, 200);
  await plant('orderbak.log.5.zip', 200, 200);
  await plant('other.log.1', 200, 200);
  await plant('far', 200, 200);
  await symlink(path.join(folder, 'far'), path.join(folder, 'orderbak.log.6'));
  await mkdir(path.join(folder, 'orderbak.log.7'));
  const before = await names();
  expect(await clear()).toEqual({ files: 0, bytes: 0 });
  expect(await names()).toEqual(before);
});

test('a log whose first line is a tenth of the time old is set aside, and lost only when its last line is too old', async () => {
  await plant('orderbak.log', 8, 1);
  expect(await clear()).toEqual({ files: 0, bytes: 0 });
  expect(await names()).toEqual(['orderbak.log']);

  await plant('orderbak.log', 100, 0.001);
  const whole = await readFile(file, 'utf8');
  const { mode } = await stat(file);
  expect(await clear()).toEqual({ files: 0, bytes: 0 });
  const piece = path.join(folder, `orderbak.log.20261122T020000.000Z-${process.pid}`);
  expect(await readFile(piece, 'utf8')).toBe(whole);
  expect(await readFile(file, 'utf8')).toBe('');
  expect((await stat(file)).mode).toBe(mode);

  expect(await clearOldLog(file, NOW + 89 * DAY, KEEP)).toEqual({ files: 0, bytes: 0 });
  expect(await clearOldLog(file, NOW + 91 * DAY, KEEP)).toEqual({ files: 1, bytes: whole.length });
  expect(await names()).toEqual(['orderbak.log']);
});

test('a log that is away, empty, somebody else’s or a link is not set aside', async () => {
  expect(await clear()).toEqual({ files: 0, bytes: 0 });
  expect(await names()).toEqual([]);
  await plant('orderbak.log', 200, 200, 'Nov 22 02:00:00 shop cron[1]: by another program\n');
  await clear();
  await plant('real', 200, 1);
  await symlink(path.join(folder, 'real'), path.join(folder, 'linked.log'));
  await clearOldLog(path.join(folder, 'linked.log'), NOW, KEEP);
  expect(await names()).toEqual(['linked.log', 'orderbak.log', 'real']);
});

test('whoever has it open writes to the new one from the next line on, and loses none', async () => {
  const failed: unknown[] = [];
  const log = await openLogFile(file, (error) => failed.push(error));
  log.write('info', 'one', { step: 'serve' });
  const told = async (name: string) =>
    (await readFile(path.join(folder, name), 'utf8'))
      .split('\n')
      .flatMap((each) => (each === '' ? [] : [(JSON.parse(each) as { message: string }).message]));
  await clearOldLog(file, Date.now() + 10 * DAY, KEEP);
  log.write('info', 'two', { step: 'serve' });
  const pieces = await names();
  expect(await told(pieces[1] ?? '')).toEqual(['one']);
  expect(await told('orderbak.log')).toEqual(['two']);

  // As logrotate does without `create`.
  await rename(file, `${file}.1`);
  log.write('info', 'three', { step: 'serve' });
  expect(await told('orderbak.log.1')).toEqual(['two']);
  expect(await told('orderbak.log')).toEqual(['three']);

  // A folder stands in its place: what is open is still written to.
  await rename(file, `${file}.2`);
  await mkdir(file);
  log.write('info', 'four', { step: 'serve' });
  expect(await told('orderbak.log.2')).toEqual(['three', 'four']);
  expect(failed).toEqual([]);
});

test('of two that clear at once neither replaces what the other has set aside', async () => {
  await plant('orderbak.log', 100, 1);
  const whole = await readFile(file, 'utf8');
  await Promise.all([clear(), clearOldLog(file, NOW + 1, KEEP), clearOldLog(file, NOW + 2, KEEP)]);
  const texts = await Promise.all((await names()).map((name) => readFile(path.join(folder, name), 'utf8')));
  expect(texts.join('')).toBe(whole);
});
