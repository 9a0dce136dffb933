import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import { EXIT, OrderbakError } from '../errors.js';
import { hasBody, ignoreBody, waitsToSend } from './body.js';

/** An answer in JSON. */
interface Answer {
  readonly status: number;
  readonly body: object;
}

/** An answer that is an error: its status, and `{error:{code,message}}`, without a path, SQL or a stack. */
export interface ErrorAnswer extends Answer {
  readonly body: { readonly error: { readonly code: string; readonly message: string } };
}

/** An error answer of one's own words. */
export function errorAnswer(status: number, code: string, message: string): ErrorAnswer {
  return { status, body: { error: { code, message } } };
}

/** The answer to a method that the path does not have; `Allow` names those that it has (RFC 9110 §15.5.6). */
export function badMethod(message: string): ErrorAnswer {
  return errorAnswer(405, 'bad-method', message);
}

/** What a client is told of an error inside: only whether it is worth trying again. */
export function answerFor(error: unknown): ErrorAnswer {
  if (error instanceof OrderbakError && (error.exit === EXIT.away || error.exit === EXIT.stopped)) {
    return errorAnswer(503, 'unavailable', 'the server cannot reach its database or its files at the moment');
  }
  return errorAnswer(500, 'internal', 'the server failed; its log says why');
}

/** An error answer for the routes that speak JSON. */
export function errorResponse(
  { status, body }: ErrorAnswer,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return Response.json(body, { status, headers });
}

/** Sends an error answer on a plain response. */
export function sendError(
  response: ServerResponse,
  answer: ErrorAnswer,
  more: Readonly<Record<string, string>> = {},
): void {
  response.end(begin(response, answer, more));
}

/**
 * Sends an answer to a request whose body nobody wants: at once, without waiting for it. The connection stays until the
 * body has come or turns out to be too large: a client whose connection is closed while it sends may never read the answer.
 */
export async function sendAtOnce(
  request: IncomingMessage,
  response: ServerResponse,
  answer: Answer,
  more: Readonly<Record<string, string>> = {},
): Promise<void> {
  // Without it a client would send its next question on a connection that is about to be closed.
  const ends = hasBody(request) ? { connection: 'close' } : {};
  response.write(begin(response, answer, { ...more, ...ends }));
  if (!waitsToSend(request)) await ignoreBody(request);
  response.end(() => {
    if (!request.complete) request.destroy();
  });
}

/** Writes the head of an answer, and returns the body that has to follow. */
function begin(
  response: ServerResponse,
  { status, body }: Answer,
  more: Readonly<Record<string, string>>,
): string {
  const text = JSON.stringify(body);
  const headers = { ...more, 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
  response.writeHead(status, status === 401 ? { ...headers, 'www-authenticate': 'Bearer' } : headers);
  return text;
}

/** An error answer as bytes, for a connection whose question could not be read; it is closed after that. */
export function lastWords({ status, body }: ErrorAnswer): string {
  const text = JSON.stringify(body);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(text)}`,
    'connection: close',
  ];
  return `${head.join('\r\n')}\r\n\r\n${text}`;
}
