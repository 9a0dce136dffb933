import { foldName, isPlainName } from './file-name.js';

/** The file of an order folder in the store that `sha256sum -c` reads. */
export const SUMS = 'SHA256SUMS';

const RESERVED = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$) *(\.|$)/i;

/**
 * The name under which the store keeps a file: its own, but for one that would be taken for the store's list of hashes.
 * Where the file system cannot hold every name (`mapped`), what Windows forbids is percent-encoded, and `%` with it,
 * so that the own name can be told from it (decodeURIComponent).
 */
export function storeName(name: string, mapped: boolean): string {
  if (foldName(name) === foldName(SUMS)) return encodeFirst(name);
  if (!mapped) return name;
  const encoded = name.replace(/[%<>:"|?*\\]/g, encode).replace(/[. ]+$/, (end) => end.replace(/./g, encode));
  return RESERVED.test(encoded) ? encodeFirst(encoded) : encoded;
}

/** Where the store keeps the files of an order folder. */
export function storeFolder(folder: string, mapped: boolean): string {
  return folder
    .split('/')
    .map((part) => storeName(part, mapped))
    .join('/');
}

/** The most bytes that file systems give to a name; those that are mapped for count UTF-16 units. */
const MOST_BYTES = 255;
const MOST_DEEP = 32;

/**
 * Why a file can have no place in a store; null when it can. The name comes from another machine, which is not trusted:
 * what means the store's own folder anywhere, by a twin of its name, is refused everywhere; what means a drive, wherever
 * names are mapped, as they are on Windows. Elsewhere `a:b.txt` is a name as any other.
 */
export function whyNoPlace(folder: string, filename: string, mapped: boolean): string | null {
  const parts = folder.split('/');
  if (parts.length > MOST_DEEP) return `its folder is deeper than ${MOST_DEEP} levels`;
  const isTooLong = (part: string) => {
    const name = storeName(part, mapped);
    return (mapped ? name.length : Buffer.byteLength(name)) > MOST_BYTES;
  };
  if ([...parts, filename].some(isTooLong))
    return `a part of its path is longer than the ${MOST_BYTES} bytes that file systems take`;
  const staysInside = (part: string) => isPlainName(part) && !isOwn(part) && !(mapped && DRIVE.test(part));
  if (!parts.every(staysInside)) return 'its folder is no plain text, or does not stay inside the store';
  return staysInside(filename) ? null : 'its name is no plain text, or does not stay inside its folder';
}

function isOwn(part: string): boolean {
  return OWN.test(foldName(part.replace(IGNORED, '')));
}

const DRIVE = /^[a-z]:/i;
/** The store's own folder where case does not count, and the short name that Windows gives it. */
const OWN = /^(\.orderbak|orderb~\d)/;
/** Characters that HFS+ does not see in a name. */
const IGNORED = /\p{Default_Ignorable_Code_Point}/gu;

/** A second name for other bytes under the same name: `photo~1a2b3c4d.jpg`; a long name loses its end to it. `sha256` in hex. */
export function versionName(name: string, sha256: string): string {
  const dot = name.lastIndexOf('.');
  const end = dot > 0 ? dot : name.length;
  const stem = Array.from(name.slice(0, end));
  const tail = `~${sha256.slice(0, 8)}${name.slice(end)}`;
  while (stem.length > 1 && Buffer.byteLength(stem.join('') + tail) > MOST_BYTES) stem.pop();
  return stem.join('') + tail;
}

function encodeFirst(name: string): string {
  const [first = '', ...rest] = name;
  return encode(first) + rest.join('');
}

/** As `encodeURIComponent` does, but for every character. */
function encode(char: string): string {
  const bytes = [...Buffer.from(char, 'utf8')];
  return bytes.map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
}
