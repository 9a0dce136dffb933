import type { ServerResponse } from 'node:http';
import { EXIT, OrderbakError } from '../errors.js';

/** An answer that is an error: its status, and `{error:{code,message}}`, without a path, SQL or a stack. */
export interface ErrorAnswer {
  readonly status: number;
  readonly body: { readonly error: { readonly code: string; readonly message: string } };
}

/** An error answer of one's own words. */
export function errorAnswer(status: number, code: string, message: string): ErrorAnswer {
  return { status, body: { error: { code, message } } };
}

/** What a client is told of an error inside: only whether it is worth trying again. */
export function answerFor(error: unknown): ErrorAnswer {
  if (error instanceof OrderbakError && (error.exit === EXIT.away || error.exit === EXIT.stopped)) {
    return errorAnswer(503, 'unavailable', 'the server cannot reach its database or its files at the moment');
  }
  return errorAnswer(500, 'internal', 'the server failed; its log says why');
}

/** Sends an error answer on a plain response. */
export function sendError(
  response: ServerResponse,
  { status, body }: ErrorAnswer,
  more: Readonly<Record<string, string>> = {},
): void {
  const text = JSON.stringify(body);
  const headers = { ...more, 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
  response
    .writeHead(status, status === 401 ? { ...headers, 'www-authenticate': 'Bearer' } : headers)
    .end(text);
}
