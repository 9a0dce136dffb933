import type { IncomingMessage, ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { API, bundleRequest } from '../domain/wire.js';
import type { OrderFile } from '../steps/ports/disk.js';
import { badMethod, errorAnswer, errorResponse, sendAtOnce, sendError } from './answer.js';
import { requestPath } from './answered.js';
import { readBody } from './body.js';
import { sendBundle } from './bundle.js';
import { sendFile } from './file-bytes.js';
import { parseBody } from './parse-body.js';
import { jsonRoutes, type Questions } from './routes.js';

/** What the server asks of the rest. */
export interface ServerParts extends Questions {
  /** The files of these rows that are on the server, one after the other, each open only for its turn. */
  files(ids: readonly number[]): AsyncIterable<{ id: number; file: OrderFile }>;
  /** The small files of these rows as a tar, piece by piece. */
  bundle(ids: readonly number[]): AsyncIterable<Uint8Array>;
}

const WRONG_ADDRESS = errorAnswer(400, 'bad-request', 'the address or the Host is wrong');

/**
 * Brings a request to its route. A client that is not let in is told so before its body is read or anything else is done.
 * `report` is told of errors that the client is not told about.
 */
export function dispatcher(
  parts: ServerParts,
  isAllowed: (request: IncomingMessage) => boolean,
  report: (error: unknown) => void,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const routes = jsonRoutes(parts, report);

  const json = (body: string, request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const listener = getRequestListener((asked) => routes.fetch(asked, { body }), {
      autoCleanupIncoming: false,
      // What HTTP/1.0 does not say.
      hostname: 'localhost',
      errorHandler: () => errorResponse(WRONG_ADDRESS),
    });
    return listener(request, response);
  };

  return async (request, response) => {
    if (!namesOneHost(request)) return sendAtOnce(request, response, WRONG_ADDRESS);
    const path = requestPath(request);
    if (path === API.health) return health(request, response);
    if (!isAllowed(request)) {
      const isToken = /^Bearer +\S/i.test(request.headers.authorization ?? '');
      const words = isToken ? "the token is not one of the server's" : 'a bearer token is needed';
      return sendAtOnce(request, response, errorAnswer(401, 'unauthorized', words));
    }
    const body = await readBody(request, response);
    if (body === null) {
      return sendAtOnce(request, response, errorAnswer(413, 'too-large', 'the body is larger than 1 MiB'));
    }
    if (path.startsWith(`${API.file}/`))
      return answerFile(path.slice(API.file.length + 1), parts, request, response);
    if (path === API.bundle) return answerBundle(body, parts, request, response);
    return json(body, request, response);
  };
}

async function answerFile(
  id: string,
  { files }: ServerParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (!isReading(request))
    return sendError(response, badMethod('files are read with GET and HEAD'), { allow: 'GET, HEAD' });
  const isId = /^[1-9]\d{0,14}$/.test(id);
  // Awaited here: the file is closed when the loop is left.
  for await (const { file } of isId ? files([Number(id)]) : [])
    return await sendFile(request, response, file);
  sendError(response, errorAnswer(404, 'missing', 'there is no such file on the server'));
}

async function answerBundle(
  body: string,
  { bundle }: ServerParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method !== 'POST')
    return sendError(response, badMethod('a bundle is asked for with POST'), { allow: 'POST' });
  const parsed = parseBody(body, bundleRequest);
  if ('status' in parsed) sendError(response, parsed);
  else await sendBundle(response, bundle(parsed.data.ids));
}

/** Whether a request says once for which host it is, as all but HTTP/1.0 must (RFC 9112 §3.2). */
function namesOneHost({ headersDistinct, httpVersion }: IncomingMessage): boolean {
  const hosts = headersDistinct.host?.length ?? 0;
  return hosts === 1 || (hosts === 0 && httpVersion === '1.0');
}

function health(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (isReading(request)) return sendAtOnce(request, response, { status: 200, body: { ok: true } });
  const fault = badMethod('whether the server is up is asked with GET');
  return sendAtOnce(request, response, fault, { allow: 'GET, HEAD' });
}

function isReading({ method }: IncomingMessage): boolean {
  return method === 'GET' || method === 'HEAD';
}
