import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Tls } from '../config/tls.js';
import { answerFor, sendError } from './answer.js';
import { type Answered, whenAnswered } from './answered.js';
import { doorkeeper } from './auth.js';
import { dispatcher, type ServerParts } from './dispatch.js';
import { answerUnreadable } from './unreadable.js';

/** Who lets in, and who is told what happens. */
export interface ServerOptions {
  readonly tokens: readonly string[];
  /** Null = HTTP without TLS. */
  readonly tls: Tls | null;
  /** Told of errors inside, of which the client learns no more than that there was one. */
  failed(error: unknown): void;
  answered(answered: Answered): void;
}

/** How much of the server one client, or a thousand of them, can take up. Times in ms, sizes in bytes. */
const LIMITS = {
  maxHeaderSize: 8 * 1024,
  headersTimeout: 10_000,
  requestTimeout: 60_000,
  keepAliveTimeout: 30_000,
  connectionsCheckingInterval: 2_000,
  // Node's own answer has no words; the dispatcher looks.
  requireHostHeader: false,
} as const;
const TLS_LIMITS = { minVersion: 'TLSv1.2', handshakeTimeout: 10_000 } as const;
const MOST_CONNECTIONS = 256;
/** Long, because an office with a low `rate_limit` takes from a full connection only now and then. */
const STALL_MS = 300_000;

/** The server's API as a plain server that does not listen yet. */
export function createApiServer(parts: ServerParts, options: ServerOptions): Server {
  const dispatch = dispatcher(parts, doorkeeper(options.tokens), options.failed);
  const answers = new WeakMap<Duplex, ServerResponse>();

  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    answers.set(request.socket, response);
    // A caching proxy would give the list to clients without a token, and an old one to the office.
    response.setHeader('cache-control', 'no-store');
    whenAnswered(request, response, options.answered);
    // The silence may be the server's own, while it hashes a large file: only a client that does not read its answer is dropped.
    response.on('timeout', (socket: Socket) => {
      if (response.writableLength > 0) socket.destroy();
    });
    dispatch(request, response).catch((error: unknown) => {
      // A client may go away in the middle of its question; that is no failure of the server.
      if (request.errored !== null) return;
      options.failed(error);
      if (response.headersSent) response.destroy();
      else sendError(response, answerFor(error));
    });
  };

  const server =
    options.tls === null
      ? createServer(LIMITS, answer)
      : createTlsServer({ ...LIMITS, ...TLS_LIMITS, ...options.tls }, answer);
  // Node would ask for the body before it is known whether the client is let in.
  server.on('checkContinue', answer).on('checkExpectation', answer);
  server.maxConnections = MOST_CONNECTIONS;
  server.timeout = STALL_MS;
  server.on('clientError', (error, socket) => {
    const client = socket instanceof Socket ? (socket.remoteAddress ?? '-') : '-';
    const status = answerUnreadable(error, socket, answers.get(socket));
    if (status !== null)
      options.answered({ client, method: '-', path: '-', status, bytes: 0, elapsedMs: 0, whole: true });
  });
  return server;
}
