import type { IncomingMessage, ServerResponse } from 'node:http';

/** What became of a request. */
export interface Answered {
  /** The address at the other end of the connection: the web server's, where there is one in front. */
  readonly client: string;
  readonly method: string;
  /** As it came, so that it may hold anything; without its query. */
  readonly path: string;
  /** Null when the client went before the answer began. */
  readonly status: number | null;
  /** What went out on the connection meanwhile, heads included. */
  readonly bytes: number;
  readonly elapsedMs: number;
  /** Whether the answer went out to its end. */
  readonly whole: boolean;
}

/** Tells what became of a request, once, when its answer is out or its connection is gone. */
export function whenAnswered(
  request: IncomingMessage,
  response: ServerResponse,
  tell: (answered: Answered) => void,
): void {
  const { socket } = request;
  // The address of a connection that is gone is gone too.
  const client = socket.remoteAddress ?? '-';
  const began = performance.now();
  const sent = socket.bytesWritten;
  response.once('close', () =>
    tell({
      client,
      method: request.method ?? '-',
      path: requestPath(request),
      status: response.headersSent ? response.statusCode : null,
      bytes: socket.bytesWritten - sent,
      elapsedMs: Math.round(performance.now() - began),
      whole: response.writableFinished,
    }),
  );
}

/** The path of a request, without its query, and without the server, which a client may write before it (RFC 9112 §3.2.2). */
export function requestPath({ url = '' }: IncomingMessage): string {
  return (url.split('?', 1)[0] ?? '').replace(/^https?:\/\/[^/]*/i, '');
}
