import pLimit from 'p-limit';
import { expect } from 'vitest';
import type { Finished } from '../support/run.js';

/** Stands wherever a secret could stand. */
export const SECRET = 'correct-horse-battery';

/** As many processes as a small machine has processors. */
export const atOnce = pLimit(2);

/** One block of words: what failed, what to do, no more; nothing on standard output. */
export function expectBlock(done: Finished, code: number, words: RegExp): void {
  const { stdout, stderr } = done;
  expect({ code: done.code, stdout, stderr }).toEqual({
    code,
    stdout: '',
    stderr: expect.stringMatching(words),
  });
  expect(stderr).toMatch(/^✖ orderbak: \S/);
  expect(stderr.match(/✖/g)).toHaveLength(1);
  expect(stderr.trimEnd().split('\n').length).toBeLessThanOrEqual(6);
  expect(stderr).not.toMatch(/^\s+at |node:|\.js:\d+/m);
  expect(stderr).not.toContain(SECRET);
}
