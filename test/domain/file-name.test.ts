import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { baseName, foldName, isPlainFolder, isPlainName, printable } from '../../src/domain/file-name.js';

const NFC = 'Phòng khách.jpg'.normalize('NFC');
const NFD = 'Phòng khách.jpg'.normalize('NFD');

describe('a plain name', () => {
  it.each([
    'a.jpg',
    '..hidden.jpg',
    '-rf.jpg',
    ' leading and trailing ',
    '50% off #1.png',
    'C:a.jpg',
    NFC,
    NFD,
    '😀.webp',
    'a'.repeat(255),
    '...',
    'x.orderbak',
  ])('%j is one', (name) => {
    expect(isPlainName(name)).toBe(true);
  });

  it.each([
    '',
    '.',
    '..',
    '/',
    'a/b',
    '../a.jpg',
    'a\\b',
    'a\0b',
    'a\nb',
    'a\x7fb',
    'a\tb',
    'a'.repeat(256),
    '.orderbak-trash',
    '.orderbak-root',
    // Bytes that are no UTF-8 come from the disk so.
    'caf\uFFFD.jpg',
    'half \uD83D pair',
  ])('%j is none', (name) => {
    expect(isPlainName(name)).toBe(false);
  });

  it('a folder is plain names with / between them, and stays below its root', () => {
    expect(['a', 'a/b c/d', '1738342799@lan'].filter((folder) => !isPlainFolder(folder))).toEqual([]);
    const hostile = [
      '',
      '/',
      '/a',
      'a/',
      'a//b',
      'a/../b',
      '..',
      './a',
      '.orderbak-trash/1',
      'a/.orderbak-x',
    ];
    expect(hostile.filter(isPlainFolder)).toEqual([]);
    expect(isPlainFolder(Array.from({ length: 600 }, () => 'a').join('/'))).toBe(false);
  });
});

describe('names that some file system takes for one fold to one', () => {
  it.each([
    ['IMG_1.JPG', 'img_1.jpg'],
    [NFC, NFD],
    [NFC.toUpperCase(), NFD.toLowerCase()],
    ['straße.jpg', 'STRASSE.JPG'],
    ['STRAẞE.jpg', 'straße.jpg'],
    ['ﬁle.jpg', 'file.jpg'],
    ['Ⅸ.jpg', 'ix.jpg'],
    ['ΌΣΟΣ.jpg', 'όσος.jpg'],
    ['K.jpg', 'k.jpg'],
  ])('%s and %s', (one, other) => {
    expect(foldName(one)).toBe(foldName(other));
  });

  it.each([
    ['a.jpg', 'a.jpeg'],
    ['a.jpg', 'a.jpg '],
    ['a b.jpg', 'a  b.jpg'],
    ['ba.jpg', 'bá.jpg'],
    ['a-b', 'a_b'],
  ])('%j and %j stay two', (one, other) => {
    expect(foldName(one)).not.toBe(foldName(other));
  });

  it('whatever was done to case and form of a name', () => {
    const name = fc.string({ unit: 'binary', maxLength: 20 });
    const change = fc.constantFrom(
      (text: string) => text.toUpperCase(),
      (text: string) => text.toLowerCase(),
      (text: string) => text.normalize('NFC'),
      (text: string) => text.normalize('NFD'),
      foldName,
    );
    fc.assert(
      fc.property(name, change, (text, changed) => {
        expect(foldName(changed(text))).toBe(foldName(text));
      }),
      { numRuns: 200 },
    );
  });

  it('so does every single letter there is', () => {
    const strange: string[] = [];
    for (let code = 0; code < 0x12000; code += 1) {
      if (code >= 0xd800 && code < 0xe000) continue;
      const letter = `a${String.fromCodePoint(code)}b`;
      const folded = foldName(letter);
      if (foldName(letter.toUpperCase()) !== folded || foldName(letter.toLowerCase()) !== folded)
        strange.push(letter);
    }
    expect(strange).toEqual([]);
  });
});

it('the last part of a name with a path, with either slash', () => {
  expect(['a.jpg', 'x/a.jpg', '/x/y/a.jpg', 'C:\\x\\a.jpg', 'x/y\\a.jpg', 'x/', ''].map(baseName)).toEqual([
    'a.jpg',
    'a.jpg',
    'a.jpg',
    'a.jpg',
    'a.jpg',
    '',
    '',
  ]);
});

it('a name is printed in one line, and shows nothing that turns a line around', () => {
  expect(printable('a\nb\u001b[31m\u202egpj.exe\u2028')).toBe('a\\u000ab\\u001b[31m\\u202egpj.exe\\u2028');
  expect(printable('Phòng 😀 "x"')).toBe('Phòng 😀 "x"');
});
