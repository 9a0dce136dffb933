import sharp from 'sharp';
import { expect, test } from 'vitest';
import { essenceOf } from './picture-essence.js';
import { fileBytes, type Look, makeFile } from './pictures.js';

const CASES: [string, Look | undefined, string, object][] = [
  ['a.jpg', undefined, 'jpeg', { space: 'srgb' }],
  ['a.jpg', 'cmyk', 'jpeg', { space: 'cmyk', channels: 4 }],
  ['a.jpg', 'progressive', 'jpeg', { isProgressive: true }],
  ['a.png', undefined, 'png', { depth: 'uchar', hasAlpha: false }],
  ['a.png', 'deep', 'png', { depth: 'ushort' }],
  ['a.png', 'alpha', 'png', { hasAlpha: true }],
  ['a.webp', undefined, 'webp', {}],
  ['a.gif', undefined, 'gif', {}],
  ['a.TIFF', undefined, 'tiff', {}],
  ['a.svg', undefined, 'svg', {}],
];

test.for(CASES)(
  '%s (%s) is a real %s and no two have the same bytes',
  async ([name, look, format, details]) => {
    const first = await fileBytes(name, 'photo', look);
    const second = await fileBytes(name, 'photo', look);
    expect(first.equals(second)).toBe(false);
    expect(await sharp(first).metadata()).toMatchObject({ format, width: 640, height: 480, ...details });
    await sharp(first).resize(30).toBuffer();
    // What is said to be seen in a file is seen in its own bytes, whatever it shares with others.
    for (let count = 0; count < 9; count += 1) {
      const { bytes, essence } = await makeFile(name, 'small', look);
      expect(essence).toEqual(await essenceOf(bytes));
    }
  },
);

test('photos come turned in all eight ways', async () => {
  const photos = await Promise.all(Array.from({ length: 8 }, () => fileBytes('a.jpg', 'photo')));
  const ways = await Promise.all(photos.map(async (photo) => (await sharp(photo).metadata()).orientation));
  expect(new Set(ways)).toEqual(new Set([1, 2, 3, 4, 5, 6, 7, 8]));
});

test('a damaged picture cannot be decoded', async () => {
  await expect(sharp(await fileBytes('a.jpg', 'photo', 'damaged')).toBuffer()).rejects.toThrow();
});
