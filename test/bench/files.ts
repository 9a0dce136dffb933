import { execFileSync } from 'node:child_process';
import { createCipheriv, createHash } from 'node:crypto';
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';

const POOL_BYTES = 32 * 1024 * 1024;
const SUMS = 'SHA256SUMS';

/** Bytes that look like chance, and are the same in every run. */
function seededPool(): Buffer {
  return createCipheriv('aes-128-ctr', Buffer.alloc(16, 7), Buffer.alloc(16)).update(
    Buffer.alloc(POOL_BYTES),
  );
}

/** A number from 0 to 1 that looks like chance, and is the same for the same `n`. */
export function scattered(n: number): number {
  return ((n * 2_654_435_761) % 4_294_967_296) / 4_294_967_296;
}

/**
 * Writes files of any content, each different, below `folder`/files, and beside it a list of their SHA-256 as `sha256sum -c`
 * reads it. `sizeOf` answers a file's size in bytes by its place in the list.
 */
export function writeFiles(folder: string, paths: readonly string[], sizeOf: (n: number) => number): void {
  const pool = seededPool();
  const made = new Set<string>();
  const sums: string[] = [];
  for (const [n, file] of paths.entries()) {
    const target = path.join(folder, 'files', file);
    const parent = path.dirname(target);
    if (!made.has(parent)) mkdirSync(parent, { recursive: true });
    made.add(parent);
    sums.push(`${writeOne(target, file, sizeOf(n), pool, n)}  ${file}\n`);
  }
  writeFileSync(path.join(folder, SUMS), sums.join(''));
}

/** The file begins with its own name, and goes on with some part of the pool, again and again. Answers its SHA-256. */
function writeOne(target: string, name: string, size: number, pool: Buffer, n: number): string {
  const hash = createHash('sha256');
  const handle = openSync(target, 'wx');
  let left = size;
  const put = (bytes: Buffer) => {
    const part = bytes.subarray(0, left);
    writeSync(handle, part);
    hash.update(part);
    left -= part.length;
  };
  put(Buffer.from(`${name}\n`));
  put(pool.subarray(Math.floor(scattered(n) * (POOL_BYTES / 2))));
  while (left > 0) put(pool);
  closeSync(handle);
  return hash.digest('hex');
}

/**
 * Gives the files of a folder's folders a second name below `root`, in place of what was in these folders: who removes
 * a file there takes only that name away.
 */
export function plantLinks(from: string, root: string): void {
  for (const folder of readdirSync(from)) rmSync(path.join(root, folder), { recursive: true, force: true });
  execFileSync('cp', ['-al', `${from}/.`, root]);
}

/** Where `writeFiles` has put files. */
export function filesOf(folder: string): string {
  return path.join(folder, 'files');
}

export function sumsOf(folder: string): string {
  return path.join(folder, SUMS);
}

/** What `writeFiles` has written: SHA-256 by path. */
export function readSums(folder: string): Map<string, string> {
  const lines = readFileSync(sumsOf(folder), 'utf8').trimEnd().split('\n');
  return new Map(lines.map((line) => [line.slice(66), line.slice(0, 64)]));
}

const HASHED = 50;

/** Throws unless `copy` holds every file of the corpus with its size; of some the bytes are looked at. */
export function checkCopy(corpus: string, copy: string): void {
  const sums = [...readSums(corpus)];
  const folders = new Set(sums.map(([file]) => path.dirname(file)));
  const found = [...folders].reduce(
    (count, folder) => count + readdirSync(path.join(copy, folder)).filter((name) => name !== SUMS).length,
    0,
  );
  if (found !== sums.length) throw new Error(`${found} files of ${sums.length} in ${copy}`);
  const step = Math.ceil(sums.length / HASHED);
  for (const [n, [file, sum]] of sums.entries()) {
    const [is, was] = [copy, filesOf(corpus)].map((root) => statSync(path.join(root, file)).size);
    if (is !== was) throw new Error(`${file} has ${is} bytes, not ${was}`);
    if (n % step !== 0) continue;
    const hash = createHash('sha256')
      .update(readFileSync(path.join(copy, file)))
      .digest('hex');
    if (hash !== sum) throw new Error(`${file} has other bytes`);
  }
}
