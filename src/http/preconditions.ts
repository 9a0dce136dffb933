import type { IncomingHttpHeaders } from 'node:http';

/**
 * The status that a question about a file ends with before any byte is sent (RFC 9110 §13.2.2), by the strong `etag` that its
 * bytes have: 412 = `If-Match` wants others, 304 = `If-None-Match` has these. Null = it goes on.
 */
export function failedPrecondition(headers: IncomingHttpHeaders, etag: string): 412 | 304 | null {
  const { 'if-match': wanted, 'if-none-match': known } = headers;
  if (wanted !== undefined && !names(wanted, [etag])) return 412;
  return known !== undefined && names(known, [etag, `W/${etag}`]) ? 304 : null;
}

/** Whether a list of ETags, or `*`, has one of these. */
function names(list: string, etags: readonly string[]): boolean {
  return list.split(',').some((one) => one.trim() === '*' || etags.includes(one.trim()));
}
