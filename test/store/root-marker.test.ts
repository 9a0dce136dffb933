import { mkdtempSync, rmSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { markRoot } from '../../src/store/root.js';

const root = mkdtempSync(path.join(tmpdir(), 'orderbak-root-'));
afterEach(() => rmSync(root, { recursive: true }));

test('of several that mark a root at once one gives it its id, and the others take that', async () => {
  const marked = await Promise.all(Array.from({ length: 8 }, () => markRoot(root, null)));
  const [id = ''] = (await readFile(path.join(root, '.orderbak-root'), 'utf8')).split('\n');
  expect(marked.map((one) => one.id)).toEqual(Array.from({ length: 8 }, () => id));
  expect(marked.filter(({ written }) => written)).toHaveLength(1);
  expect(await readdir(root)).toEqual(['.orderbak-root']);
});
