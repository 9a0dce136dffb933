import { describe, expect, it } from 'vitest';
import { claimsPicture, isSvg, thumbFormat } from '../../src/domain/thumb-format.js';

describe('thumbFormat', () => {
  it.each([
    ['a.jpg', 'jpeg'],
    ['a.JPEG', 'jpeg'],
    ['a.jpe', 'jpeg'],
    ['a.jfif', 'jpeg'],
    ['a.png', 'png'],
    ['KRYPv-image.PNG', 'png'],
    ['a.gif', 'gif'],
    ['a.webp', 'webp'],
    ['a.avif', 'avif'],
    ['a.svg', 'svg'],
    ['a.tif', 'jpeg'],
    ['a.tiff', 'jpeg'],
    ['a.heic', 'jpeg'],
    ['a.png.bak', 'jpeg'],
    ['png', 'jpeg'],
    ['a.', 'jpeg'],
    ['', 'jpeg'],
    ['.png', 'png'],
    ['b c. d.png', 'png'],
  ])('%j holds %s', (name, format) => {
    expect(thumbFormat(name)).toBe(format);
  });
});

describe('claimsPicture', () => {
  it.each([
    'a.jpg',
    'a.JPG',
    'a.png',
    'a.gif',
    'a.webp',
    'a.svg',
    'a.tif',
    'a.bmp',
    'a.heic',
    'a.HEIF',
    'a.avif',
    'a.cr2',
  ])('%j does', (name) => expect(claimsPicture(name)).toBe(true));

  it.each(['a.psd', 'a.psb', 'a.pdf', 'a.zip', 'a.txt', 'a', 'jpg', 'a.jpg.zip', 'a.', ''])(
    '%j does not',
    (name) => expect(claimsPicture(name)).toBe(false),
  );
});

describe('isSvg', () => {
  it.each([
    '<svg xmlns="http://www.w3.org/2000/svg"/>',
    '\uFEFF <?xml version="1.0"?>\n<svg>',
    '<?xml version="1.0"?><!-- <html> --><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "x.dtd"><svg width="1">',
    '<s:svg xmlns:s="http://www.w3.org/2000/svg"/>',
  ])('%j is', (text) => expect(isSvg(text)).toBe(true));

  it.each([
    '',
    'svg',
    'see <svg>',
    '<html><body><svg/></body></html>',
    '<!-- <svg> -->',
    '<!-- <svg>',
    '<svgish/>',
    '<?xml version="1.0"?><rss/>',
  ])('%j is not', (text) => expect(isSvg(text)).toBe(false));

  it('reads hostile comments in no time worth naming', () => {
    expect(isSvg('<!--'.repeat(2048))).toBe(false);
  });
});
