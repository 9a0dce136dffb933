import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { API, bundleRequest } from '../domain/wire.js';
import type { OrderFile } from '../steps/ports.js';
import { answerFor, errorAnswer, sendError } from './answer.js';
import { isAllowed } from './auth.js';
import { sendBundle } from './bundle.js';
import { sendFile } from './file-bytes.js';
import { jsonRoutes, parseBody, type Questions, readBody } from './routes.js';

/** What the server asks of the rest. */
export interface ServerParts extends Questions {
  /** The files of these rows that are on the server, one after the other, each open only for its turn. */
  files(ids: readonly number[]): AsyncIterable<{ id: number; file: OrderFile }>;
}

/** The server's API as a plain HTTP server that does not listen yet. `report` is told of errors inside. */
export function createApiServer(parts: ServerParts, token: string, report: (error: unknown) => void): Server {
  const json = getRequestListener(jsonRoutes(parts, report).fetch);

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    if (path !== API.health && !isAllowed(request, token)) {
      sendError(response, errorAnswer(401, 'unauthorized', 'a bearer token is needed'));
      return;
    }
    if (path.startsWith(`${API.file}/`)) return file(path.slice(API.file.length + 1), request, response);
    if (path === API.bundle) return bundle(request, response);
    await json(request, response);
  };

  const file = async (id: string, request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      sendError(response, errorAnswer(405, 'bad-method', 'files are read with GET and HEAD'));
      return;
    }
    const ids = /^[1-9]\d{0,14}$/.test(id) ? [Number(id)] : [];
    // Awaited here: the file is closed when the loop is left.
    for await (const opened of parts.files(ids)) return await sendFile(request, response, opened.file);
    sendError(response, errorAnswer(404, 'missing', 'there is no such file on the server'));
  };

  const bundle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.method !== 'POST') {
      sendError(response, errorAnswer(405, 'bad-method', 'a bundle is asked for with POST'));
      return;
    }
    const parsed = parseBody(await readBody(request), bundleRequest);
    if ('status' in parsed) sendError(response, parsed);
    else await sendBundle(response, parts.files(parsed.data.ids));
  };

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      report(error);
      if (response.headersSent) response.destroy();
      else sendError(response, answerFor(error));
    });
  });
  server.headersTimeout = 10_000;
  server.requestTimeout = 60_000;
  server.keepAliveTimeout = 30_000;
  return server;
}
