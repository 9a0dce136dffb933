import type { IncomingMessage, ServerResponse } from 'node:http';
import { digestHeader } from '../domain/wire.js';
import type { OrderFile } from '../steps/ports/disk.js';
import { errorAnswer, sendError } from './answer.js';
import { parseByteRange } from './byte-range.js';
import { failedPrecondition } from './preconditions.js';
import { writePieces } from './write-pieces.js';

/**
 * Answers GET and HEAD with the bytes of an open file: whole, or one range of it (RFC 9110 §14).
 * The ETag is the hash of the bytes, so that a range is only ever given of the file that the client began with. Rejects when
 * the file cannot be read; whoever asked must then end the answer that has begun.
 */
export async function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  file: OrderFile,
): Promise<void> {
  const { size } = file.stamp;
  const sha256 = await file.sha256();
  const etag = `"${sha256}"`;
  const headers = {
    'content-type': 'application/octet-stream',
    'accept-ranges': 'bytes',
    etag,
    'repr-digest': digestHeader(sha256),
  };
  const failed = failedPrecondition(request.headers, etag);
  if (failed === 304) {
    response.writeHead(304, { etag }).end();
    return;
  }
  if (failed === 412) {
    sendError(response, errorAnswer(412, 'other-bytes', 'the file has other bytes than If-Match names'));
    return;
  }
  const range = request.method === 'GET' ? wantedRange(request, size, etag) : null;
  if (range === 'unsatisfiable') {
    const fault = errorAnswer(416, 'bad-range', `the file has ${size} bytes`);
    sendError(response, fault, { 'content-range': `bytes */${size}` });
    return;
  }
  const { start, end } = range ?? { start: 0, end: size - 1 };
  const length = end - start + 1;
  const part = range === null ? {} : { 'content-range': `bytes ${start}-${end}/${size}` };
  response.writeHead(range === null ? 200 : 206, { ...headers, ...part, 'content-length': length });
  if (request.method === 'HEAD' || length === 0) {
    response.end();
    return;
  }
  const sent = await writePieces(response, file.read(start, end));
  // A file that got shorter meanwhile must not look like a whole answer.
  if (sent === length) response.end();
  else response.destroy();
}

/** The single range that is asked for; null = send all. `If-Range` must name these very bytes. */
function wantedRange(request: IncomingMessage, size: number, etag: string) {
  const { range } = request.headers;
  if (range === undefined) return null;
  const ifRange = request.headers['if-range'];
  if (ifRange !== undefined && ifRange !== etag) return null;
  return parseByteRange(range, size);
}
