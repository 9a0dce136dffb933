import { readFileSync } from 'node:fs';

/** Reads a text in UTF-8, or in UTF-16 where its first bytes say so: so Windows PowerShell writes what `>` sends into a file. */
export function readText(path: string): string {
  const bytes = readFileSync(path);
  const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  // Either takes away the mark itself.
  return new TextDecoder(isUtf16 ? 'utf-16le' : 'utf-8').decode(bytes);
}
