import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { needsMapping } from '../../src/store/needs-mapping.js';

test('what a disk does with odd names is found out by several at once, and nothing of it stays', async () => {
  const store = mkdtempSync(path.join(tmpdir(), 'orderbak-names-'));
  try {
    mkdirSync(path.join(store, '.orderbak'));
    // No process has so high a number.
    writeFileSync(path.join(store, '.orderbak/name-probe-99999999-killed?.'), '');
    const alone = await needsMapping(store);
    const asked = async () => {
      const answers = new Set<boolean>();
      for (let times = 0; times < 100; times += 1) answers.add(await needsMapping(store));
      return answers;
    };
    const answers = await Promise.all([asked(), asked(), asked()]);
    expect(answers).toEqual(answers.map(() => new Set([alone])));
    expect(readdirSync(path.join(store, '.orderbak'))).toEqual([]);
  } finally {
    rmSync(store, { recursive: true });
  }
});
