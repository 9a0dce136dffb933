/** The kinds of bytes that a thumb may hold. */
export type ThumbFormat = 'jpeg' | 'png' | 'gif' | 'webp' | 'avif' | 'svg';

const FORMAT_OF: ReadonlyMap<string, ThumbFormat> = new Map([
  ['png', 'png'],
  ['gif', 'gif'],
  ['webp', 'webp'],
  ['avif', 'avif'],
  ['svg', 'svg'],
]);

const PICTURE_EXTENSIONS: ReadonlySet<string> = new Set(
  [
    'jpg jpeg jpe jfif png apng gif webp avif svg svgz tif tiff bmp dib ico cur',
    'heic heif hif jp2 j2k jpf jpx jxl tga pcx ppm pgm pbm',
    'dng cr2 cr3 crw nef nrw arw sr2 raf orf rw2 pef srw',
  ].flatMap((line) => line.split(' ')),
);

/**
 * Which bytes the thumb of a file needs, from the file's name alone: a thumb lies under the same name as its original,
 * and the web server and browser tell by that name what it is. A JPEG is shown under any name that has no kind of its own here.
 */
export function thumbFormat(name: string): ThumbFormat {
  return FORMAT_OF.get(extension(name)) ?? 'jpeg';
}

/**
 * Whether a name says that its file is a picture. Such a file that no decoder reads is a damaged or unknown picture,
 * not a document. A Photoshop document (.psd, .psb) is a working file and claims nothing.
 */
export function claimsPicture(name: string): boolean {
  return PICTURE_EXTENSIONS.has(extension(name));
}

/**
 * Whether a text is an SVG document: XML whose first element is `svg`. An HTML page with a drawing in it is none.
 * @param head the beginning of the file; a few kilobytes, enough for the comments of drawing programs.
 */
export function isSvg(head: string): boolean {
  if (!/^\uFEFF?\s*</u.test(head)) return false;
  const root = /<[a-z_][\w.:-]*/iu.exec(head.replace(/<!--.*?(?:-->|$)/gsu, ''))?.[0] ?? '';
  return root === '<svg' || root.endsWith(':svg');
}

/** In small letters and without its dot; '' when there is none. A name like `.png` counts: web servers read it so. */
function extension(name: string): string {
  return name.includes('.') ? name.slice(name.lastIndexOf('.') + 1).toLowerCase() : '';
}
