import { describe, expect, test } from 'vitest';
import { rateLimit } from '../../src/remote/rate-limit.js';

const never = new AbortController().signal;

describe('a limit of the rate', () => {
  test('that is none lets everything pass at once', () => {
    expect(rateLimit(null).pass(Number.MAX_SAFE_INTEGER, never)).toBe(null);
  });

  test("lets a second's worth pass at once, and makes the rest wait until it is told to stop", async () => {
    const limit = rateLimit(1000);
    expect(limit.pass(900, never)).toBe(null);
    const stop = new AbortController();
    // That would be years.
    const waiting = limit.pass(1e9, stop.signal);
    stop.abort(new Error('interrupted'));
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
  });
});
