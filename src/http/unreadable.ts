import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { codeOf } from '../errors.js';
import { type ErrorAnswer, errorAnswer, lastWords } from './answer.js';

/** The answers to requests that are too long, or do not arrive in time. */
const ANSWERS: Readonly<Record<string, ErrorAnswer>> = {
  HPE_HEADER_OVERFLOW: errorAnswer(431, 'too-large', 'the head of the request is too long'),
  ERR_HTTP_REQUEST_TIMEOUT: errorAnswer(408, 'too-slow', 'the request took too long to arrive'),
};
const NO_HTTP = errorAnswer(400, 'bad-request', 'the request is not HTTP');

/**
 * Ends a connection on which something came that cannot be read as a request, with an answer unless another one has begun
 * there (`answering`). Returns its status, or null when there was nobody to answer.
 */
export function answerUnreadable(
  error: Error,
  socket: Duplex,
  answering: ServerResponse | undefined,
): number | null {
  const isHeard = socket.writable && codeOf(error) !== 'ECONNRESET' && answering?.headersSent !== true;
  if (!isHeard) {
    socket.destroy();
    return null;
  }
  const answer = ANSWERS[codeOf(error)] ?? NO_HTTP;
  socket.end(lastWords(answer), () => socket.destroy());
  return answer.status;
}
