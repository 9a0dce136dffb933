import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isPlainName } from '../../src/domain/file-name.js';
import { SUMS, storeFolder, storeName, versionName, whyNoPlace } from '../../src/domain/store-name.js';

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
    expect(storeFolder('2024/17@a:b/con', true)).toBe('2024/17@a%3Ab/%63on');
    expect(storeFolder('2024/17@a:b/con', false)).toBe('2024/17@a:b/con');
  });
});

describe('a place in a store', () => {
  const folder = '1700000000@anna';

  test.for([
    '',
    '.',
    '..',
    '/etc/passwd',
    '..\\b',
    'C:\\x.jpg',
    '\\\\server\\share',
    '//server/share',
    'a\0.jpg',
    'a\n',
    '\u007f',
    '\ud800',
    '.orderbak',
    '.orderbak-root',
    '.OrderBak',
    '.ｏｒｄｅｒｂａｋ',
    '.order\u200cbak',
    'ORDERB~1',
    'orderb~1.txt',
  ])('is not given to a file or in a folder called %j, on any disk', (name) => {
    for (const mapped of [false, true]) {
      expect(whyNoPlace(folder, name, mapped)).toContain('inside its folder');
      expect(whyNoPlace(name, 'a.jpg', mapped)).toContain('inside the store');
      expect(whyNoPlace(`${folder}/${name}`, 'a.jpg', mapped)).toContain('inside the store');
      expect(whyNoPlace(folder, `a/${name}`, mapped)).toContain('inside its folder');
    }
  });

  test.for(['C:', 'c:x.jpg', 'a:b.txt'])('is given to %j only where it means no drive', (name) => {
    expect(whyNoPlace(folder, name, true)).toContain('inside its folder');
    expect(whyNoPlace(`${folder}/${name}`, 'a.jpg', true)).toContain('inside the store');
    expect(whyNoPlace(folder, name, false)).toBeNull();
    expect(whyNoPlace(`${folder}/${name}`, 'a.jpg', false)).toBeNull();
  });

  test.for([
    'con.jpg',
    'AUX',
    'com¹.png',
    'nul.',
    'a. ',
    'photo:1.jpg',
    'a?b*.jpg',
    '-rf',
    '~',
    '%2e%2e',
    SUMS,
  ])('is given to %j: customers do call files so', (name) => {
    for (const mapped of [false, true]) expect(whyNoPlace(folder, name, mapped)).toBeNull();
  });

  test('has parts of at most 255 bytes, or UTF-16 units where names are mapped, and is not too deep', () => {
    expect(whyNoPlace(folder, 'x'.repeat(255), false)).toBeNull();
    expect(whyNoPlace(folder, 'x'.repeat(256), false)).toContain('255 bytes');
    expect(whyNoPlace(folder, 'ả'.repeat(85), false)).toBeNull();
    expect(whyNoPlace(folder, 'ả'.repeat(86), false)).toContain('255 bytes');
    expect(whyNoPlace(folder, 'ả'.repeat(255), true)).toBeNull();
    expect(whyNoPlace(folder, '?'.repeat(85), true)).toBeNull();
    expect(whyNoPlace(folder, '?'.repeat(86), true)).toContain('255 bytes');
    expect(whyNoPlace('ả'.repeat(86), 'a.jpg', false)).toContain('255 bytes');
    expect(whyNoPlace(Array(32).fill('a').join('/'), 'a.jpg', false)).toBeNull();
    expect(whyNoPlace(Array(33).fill('a').join('/'), 'a.jpg', false)).toContain('deeper');
  });

  test('lies below the store, whatever Windows or Unix make of the path', () => {
    const part = fc.oneof(plain, fc.string({ maxLength: 12 }), fc.stringMatching(/^[.\\/:C~ ]{0,6}$/));
    fc.assert(
      fc.property(part, part, fc.boolean(), (folder, name, mapped) => {
        fc.pre(whyNoPlace(folder, name, mapped) === null);
        const stored = `${storeFolder(folder, mapped)}/${storeName(name, mapped)}`;
        for (const { resolve, sep } of mapped ? [path.win32, path.posix] : [path.posix]) {
          const store = resolve('/store');
          const place = resolve(store, stored);
          expect(place.startsWith(`${store}${sep}`), place).toBe(true);
          expect(place.slice(store.length + 1).split(sep)).toHaveLength(stored.split('/').length);
        }
      }),
      { numRuns: 1000 },
    );
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
