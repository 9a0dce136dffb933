/** The first and the last byte that are asked for. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * What a `Range` header asks of so many bytes (RFC 9110 §14.1). Null where it asks for no single range of bytes: more than one
 * are not offered, and what makes no sense is passed over.
 */
export function parseByteRange(header: string, size: number): ByteRange | 'unsatisfiable' | null {
  const match = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i.exec(header);
  const [first = '', last = ''] = match?.slice(1) ?? [];
  if (first === '' && last === '') return null;
  if (first !== '' && last !== '' && Number(last) < Number(first)) return null;
  // Without a first one, the last so many bytes are meant; of a shorter file all of them.
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  if (start >= size) return 'unsatisfiable';
  return { start, end: first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1) };
}
