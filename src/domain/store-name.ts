import { foldName } from './file-name.js';

/** The file of an order folder in the store that `sha256sum -c` reads. */
export const SUMS = 'SHA256SUMS';

const RESERVED = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(\.|$)/i;

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

/** A second name for other bytes under the same name: `photo~1a2b3c4d.jpg`. `sha256` in hex. */
export function versionName(name: string, sha256: string): string {
  const dot = name.lastIndexOf('.');
  const end = dot > 0 ? dot : name.length;
  return `${name.slice(0, end)}~${sha256.slice(0, 8)}${name.slice(end)}`;
}

function encodeFirst(name: string): string {
  return encode(name.charAt(0)) + name.slice(1);
}

function encode(char: string): string {
  return `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}
