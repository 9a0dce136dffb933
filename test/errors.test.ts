import { closeSync, openSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { messageOf } from '../src/errors.js';

it.runIf(process.platform === 'linux')('an error in an open folder names the file, not the handle', () => {
  const folder = openSync(tmpdir(), 'r');
  let thrown: unknown;
  try {
    unlinkSync(`/proc/${process.pid}/fd/${folder}/no such photo.jpg`);
  } catch (error) {
    thrown = error;
  } finally {
    closeSync(folder);
  }
  expect(messageOf(thrown)).toBe("ENOENT: no such file or directory, unlink 'no such photo.jpg'");
});
