import { spawnSync } from 'node:child_process';
import path from 'node:path';
import type { Tree } from './snapshot.js';

export const CHECKSUMS = 'SHA256SUMS';

/** Asks the system's own tool about every folder of the store, as somebody would who never heard of orderbak. */
export function judgeChecksums(store: string, tree: Tree): string[] {
  const files = [...tree].filter(([name, entry]) => entry.kind === 'file' && name.includes('/'));
  const folders = new Set(files.map(([name]) => path.posix.dirname(name)));
  return [...folders].flatMap((folder) => {
    const names = files.map(([name]) => name).filter((name) => path.posix.dirname(name) === folder);
    const expected = names.filter((name) => path.posix.basename(name) !== CHECKSUMS).length;
    if (expected === 0) return names.length === 0 ? [] : [`${CHECKSUMS} of nothing: ${folder}`];
    return judgeFolder(path.join(store, folder), expected).map((fault) => `${fault}: ${folder}`);
  });
}

function judgeFolder(folder: string, expected: number): string[] {
  const { status, stdout, stderr } = sha256sum(folder);
  if (status !== 0) return [`sha256sum -c says ${`${stdout}${stderr}`.trim()}`];
  const good = stdout.split('\n').filter((line) => line.endsWith(': OK')).length;
  return good === expected ? [] : [`sha256sum -c checked ${good} of ${expected} files`];
}

function sha256sum(folder: string): { status: number | null; stdout: string; stderr: string } {
  const options = { cwd: folder, encoding: 'utf8', env: { PATH: process.env.PATH, LC_ALL: 'C' } } as const;
  const result = spawnSync('sha256sum', ['-c', '--strict', CHECKSUMS], options);
  // Where there is no sha256sum there is Perl's.
  return result.error === undefined ? result : spawnSync('shasum', ['-a', '256', '-c', CHECKSUMS], options);
}
