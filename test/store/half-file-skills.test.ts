import { closeSync, mkdtempSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { halfFileSkills } from '../../src/store/half-file-skills.js';

describe('a half file that another run has open still, as one that was suspended between two steps', () => {
  let folder: string;
  let theirs: number;
  const ours = () => path.join(folder, '7-2.part');
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'orderbak-part-'));
    theirs = openSync(path.join(folder, '7-1.part'), 'w');
  });
  afterEach(() => {
    closeSync(theirs);
    rmSync(folder, { recursive: true });
  });

  test('nothing is in it yet: what they write then does not get into ours', async () => {
    renameSync(path.join(folder, '7-1.part'), ours());
    expect(halfFileSkills.open(ours(), true)).toBe(0);
    halfFileSkills.append(ours(), Buffer.from('what the server has now'));
    await halfFileSkills.finish(ours());
    writeSync(theirs, 'what it had', 0);
    halfFileSkills.close(ours());
    expect(readFileSync(ours(), 'utf8')).toBe('what the server has now');
  });

  test('it is begun anew: what they write then does not get into ours', async () => {
    writeSync(theirs, 'what it had', 0);
    renameSync(path.join(folder, '7-1.part'), ours());
    expect(halfFileSkills.open(ours(), true)).toBe(11);
    halfFileSkills.restart(ours());
    halfFileSkills.append(ours(), Buffer.from('what the server has now'));
    await halfFileSkills.finish(ours());
    writeSync(theirs, ', and more', 11);
    halfFileSkills.close(ours());
    expect(readFileSync(ours(), 'utf8')).toBe('what the server has now');
  });
});
