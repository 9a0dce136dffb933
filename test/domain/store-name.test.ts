import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isPlainName } from '../../src/domain/file-name.js';
import { SUMS, storeName, storePath, versionName } from '../../src/domain/store-name.js';

const plain = fc
  .oneof(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
    fc.stringMatching(/^[ -.0-~]{1,20}$/),
    fc.constantFrom(
      'con',
      'NUL.txt',
      'aux .jpg',
      'LPT9',
      'com¹.png',
      'a.',
      'a ',
      '. .',
      '%41.jpg',
      'a:b',
      '"q"',
      SUMS,
    ),
  )
  .filter(isPlainName);

/** What Windows takes as a file's name, by its own documentation. */
function isWindowsName(name: string): boolean {
  const reserved = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$) *(\.|$)/i;
  return !/[<>:"/\\|?*]/.test(name) && !/[. ]$/.test(name) && !reserved.test(name);
}

describe('the name in a store', () => {
  test('is the own one, where the file system holds every name', () => {
    fc.assert(
      fc.property(plain, (name) => {
        fc.pre(name.toLowerCase() !== SUMS.toLowerCase());
        expect(storeName(name, false)).toBe(name);
      }),
    );
  });

  test('is one that Windows takes, elsewhere, and the own one can be read from it', () => {
    fc.assert(
      fc.property(plain, (name) => {
        const mapped = storeName(name, true);
        expect(isWindowsName(mapped), mapped).toBe(true);
        expect(isPlainName(mapped), mapped).toBe(true);
        expect(decodeURIComponent(mapped)).toBe(name);
      }),
      { numRuns: 500 },
    );
  });

  test.for([SUMS, 'sha256sums', 'Sha256Sums', 'ＳＨＡ256SUMS', 'ſha256sums'])(
    '%s never takes the place of the list of hashes',
    (name) => {
      for (const mapped of [false, true]) {
        const stored = storeName(name, mapped);
        expect(stored.normalize('NFKC').toLowerCase()).not.toBe(SUMS.toLowerCase());
        expect(isPlainName(stored)).toBe(true);
        expect(decodeURIComponent(stored)).toBe(name);
      }
    },
  );

  test('is made for each part of a path', () => {
    expect(storePath('2024/17@a:b', 'con.jpg', true)).toBe('2024/17@a%3Ab/%63on.jpg');
    expect(storePath('17@a:b', 'con.jpg', false)).toBe('17@a:b/con.jpg');
  });
});

describe('the second name of a file', () => {
  const hash = '1a2b3c4d'.repeat(8);

  test.for([
    ['photo.jpg', 'photo~1a2b3c4d.jpg'],
    ['photo', 'photo~1a2b3c4d'],
    ['.hidden', '.hidden~1a2b3c4d'],
    ['a.tar.gz', 'a.tar~1a2b3c4d.gz'],
  ] as const)('of %s is %s', ([name, second]) => {
    expect(versionName(name, hash)).toBe(second);
  });

  test('fits where the first one does, is well formed, and another one', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', minLength: 1, maxLength: 255 }).filter(isPlainName),
        (name) => {
          fc.pre(
            Buffer.byteLength(name) <= 255 && Buffer.byteLength(name.slice(name.lastIndexOf('.') + 1)) < 200,
          );
          const second = versionName(name, hash);
          expect(second).not.toBe(name);
          expect(second.isWellFormed()).toBe(true);
          expect(Buffer.byteLength(second)).toBeLessThanOrEqual(255);
          expect(second).toContain('~1a2b3c4d');
        },
      ),
    );
    expect(Buffer.byteLength(versionName(`${'ả'.repeat(83)}.jpg`, hash))).toBeLessThanOrEqual(255);
  });
});
