import { createHash } from 'node:crypto';
import { lstat, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

export interface Entry {
  readonly kind: 'file' | 'folder' | 'other';
  readonly size: number;
  readonly sha256: string;
  readonly mode: number;
  readonly mtimeMs: number;
}

/** Everything below a folder, by its path relative to it. */
export type Tree = ReadonlyMap<string, Entry>;

export async function snapshot(root: string): Promise<Tree> {
  const tree = new Map<string, Entry>();
  for (const name of (await readdir(root, { recursive: true })).sort()) {
    tree.set(name.split(path.sep).join('/'), await entryOf(path.join(root, name)));
  }
  return tree;
}

async function entryOf(file: string): Promise<Entry> {
  const stat = await lstat(file);
  const mode = stat.mode & 0o7777;
  if (stat.isFile()) {
    const bytes = await readFile(file);
    return { kind: 'file', size: bytes.length, sha256: sha256(bytes), mode, mtimeMs: stat.mtimeMs };
  }
  // The time of a folder changes with its entries, which are compared by themselves.
  return { kind: stat.isDirectory() ? 'folder' : 'other', size: 0, sha256: '', mode, mtimeMs: 0 };
}

export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export function isSameBytes(one: Entry | undefined, other: Entry | undefined): boolean {
  return one !== undefined && other !== undefined && one.kind === 'file' && one.sha256 === other.sha256;
}

/** What one look at a tree has otherwise than another, one line each. */
export function differences(before: Tree, after: Tree): string[] {
  const lines: string[] = [];
  for (const [name, entry] of before) {
    const now = after.get(name);
    if (now === undefined) lines.push(`gone: ${name}`);
    else if (JSON.stringify(now) !== JSON.stringify(entry)) lines.push(`changed: ${name}`);
  }
  for (const name of after.keys()) if (!before.has(name)) lines.push(`new: ${name}`);
  return lines;
}
