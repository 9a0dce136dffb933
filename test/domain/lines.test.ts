import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { linesOf } from '../../src/domain/lines.js';

async function collect(pieces: readonly string[]): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of linesOf(
    (async function* () {
      yield* pieces;
    })(),
  ))
    lines.push(line);
  return lines;
}

describe('lines', () => {
  test('end at "\\n" and nowhere else, however the text is cut', async () => {
    const text = fc.string({
      unit: fc.constantFrom('a', '\n', '\r', '\u2028', '\u2029', '\u0085', 'ả', '🏠'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(text), async (pieces) => {
        const whole = pieces.join('').split('\n');
        if (whole.at(-1) === '') whole.pop();
        expect(await collect(pieces)).toEqual(whole);
      }),
    );
  });

  test('what fails before the end fails the reader', async () => {
    const broken = (async function* () {
      yield 'one\ntw';
      throw new Error('the line is dead');
    })();
    await expect(async () => {
      for await (const line of linesOf(broken)) expect(line).toBe('one');
    }).rejects.toThrow('the line is dead');
  });
});
