/** Folders and files whose names begin so belong to orderbak itself. */
export const OWN_PREFIX = '.orderbak';
/** Where trash waits, below the root. */
export const QUARANTINE = '.orderbak-trash';

/** Whether a name can only mean a file directly inside its folder: no separator, no `.` or `..`, no control character. */
export function isPlainName(name: string): boolean {
  if (name === '' || name === '.' || name === '..') return false;
  if (name.length > 255 || name.startsWith(OWN_PREFIX)) return false;
  // A name that is not UTF-8 on disk arrives with U+FFFD in it: what it really is cannot be said.
  return !hasControl(name) && !/[/\\\uFFFD]/u.test(name) && name.isWellFormed();
}

/** Whether a folder stays below its root: plain names joined by `/`. */
export function isPlainFolder(folder: string): boolean {
  return folder.length <= 1024 && folder.split('/').every(isPlainName);
}

/** Whether a name was stored with a path, with whichever of the two slashes. */
export function hasPath(name: string): boolean {
  return name.includes('/') || name.includes('\\');
}

/** The last part of a name that was stored with a path, with whichever of the two slashes. */
export function baseName(name: string): string {
  return name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
}

/**
 * The form under which names that some file system takes for one are equal: case and Unicode form are folded.
 * For finding twins only; a removal is never decided by a folded name.
 */
export function foldName(name: string): string {
  if (!/[^ -~]/.test(name)) return name.toLowerCase();
  // Lowered first: ẞ becomes SS only by way of ß.
  return name.normalize('NFKC').toLowerCase().toUpperCase().toLowerCase().normalize('NFKC');
}

/** The same of the file itself, for a name that was stored with a path. */
export function foldBaseName(name: string): string {
  return foldName(baseName(name));
}

/** A name as one line of plain text: control characters escaped. */
export function printable(text: string): string {
  return Array.from(text, (char) => {
    const code = char.codePointAt(0) ?? 0;
    return isUnprintable(code) ? `\\u${code.toString(16).padStart(4, '0')}` : char;
  }).join('');
}

function hasControl(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || code === 0x7f) return true;
  }
  return false;
}

/** Control characters, line separators, and those that turn the reading direction so that one name looks like another. */
function isUnprintable(code: number): boolean {
  if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return true;
  return (
    code === 0x2028 ||
    code === 0x2029 ||
    (code >= 0x202a && code <= 0x202e) ||
    (code >= 0x2066 && code <= 0x2069)
  );
}

/** Where a file of an order folder lies, below the root or the store. */
export function pathOf({ folder, filename }: { readonly folder: string; readonly filename: string }): string {
  return `${folder}/${filename}`;
}
