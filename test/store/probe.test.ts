import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { tryWriting } from '../../src/store/probe.js';

const folder = await mkdtemp(path.join(tmpdir(), 'probe-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

test('what cannot even be looked into is told by its name, with what must be', async () => {
  const file = path.join(folder, 'store');
  await writeFile(file, '');
  await expect(tryWriting(file)).rejects.toMatchObject({
    code: 'not-writable',
    message: expect.stringContaining(`${file}: ENOTDIR`),
    hint: expect.stringContaining(`be able to write into ${file}.`),
  });
});
