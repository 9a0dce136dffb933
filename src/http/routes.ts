import { createHash } from 'node:crypto';
import { Hono } from 'hono';
import type { ListedFile } from '../domain/wire.js';
import {
  API,
  digestHeader,
  type ListAnswer,
  type MarkResult,
  MOST_PER_CALL,
  markRequest,
  type ReceiptClaim,
} from '../domain/wire.js';
import { answerFor, badMethod, errorAnswer, errorResponse } from './answer.js';
import { parseBody } from './parse-body.js';

/** What the routes ask of the rest: the same functions that the command line calls. */
export interface Questions {
  list(after: number, limit: number): Promise<ListedFile[]>;
  mark(claims: readonly ReceiptClaim[]): Promise<MarkResult[]>;
  /** The server's numbers in Prometheus' text format. */
  metrics(): Promise<string>;
}

const LIST_PAGE = 500;

/** The routes that answer a small text, most in JSON; the body has been read before. `report` is told of errors that the client is not told about. */
export function jsonRoutes(questions: Questions, report: (error: unknown) => void) {
  const app = new Hono<{ Bindings: { body: string } }>();
  app.get(API.list, async (context) => {
    const asked = listQuestion(new URL(context.req.url).searchParams);
    if (asked === null) {
      const words = 'after and limit may be given, once each: whole numbers, limit at least 1';
      return errorResponse(errorAnswer(400, 'bad-request', words));
    }
    const { after, limit } = asked;
    const most = Math.min(limit, MOST_PER_CALL);
    const files = await questions.list(after, most + 1);
    const page = files.slice(0, most);
    const answer: ListAnswer = { files: page, next: files.length > most ? (page.at(-1)?.id ?? null) : null };
    return digested(answer);
  });

  app.post(API.mark, async (context) => {
    const parsed = parseBody(context.env.body, markRequest);
    if ('status' in parsed) return errorResponse(parsed);
    return digested({ results: await questions.mark(parsed.data.files) });
  });

  app.get(API.metrics, async () => {
    const headers = { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' };
    return new Response(await questions.metrics(), { headers });
  });

  app.all(API.list, () => errorResponse(badMethod('the list is read with GET'), { allow: 'GET, HEAD' }));
  app.all(API.metrics, () => errorResponse(badMethod('numbers are read with GET'), { allow: 'GET, HEAD' }));
  app.all(API.mark, () => errorResponse(badMethod('files are marked with POST'), { allow: 'POST' }));
  app.notFound(() => errorResponse(errorAnswer(404, 'no-route', 'there is nothing here')));
  app.onError((error) => {
    report(error);
    return errorResponse(answerFor(error));
  });
  return app;
}

/** An answer with the digest of its bytes (RFC 9530): a name that a bit of was turned on its way is another file's name. */
function digested(answer: object): Response {
  const text = JSON.stringify(answer);
  const digest = digestHeader(createHash('sha256').update(text).digest('hex'));
  return new Response(text, { headers: { 'content-type': 'application/json', 'content-digest': digest } });
}

/** What a query asks of the list; null when it is none. */
function listQuestion(query: URLSearchParams): { after: number; limit: number } | null {
  const names = [...query.keys()];
  if (names.some((name) => name !== 'after' && name !== 'limit')) return null;
  if (names.length !== new Set(names).size) return null;
  const after = wholeNumber(query.get('after') ?? '0');
  const limit = wholeNumber(query.get('limit') ?? String(LIST_PAGE));
  return after === null || limit === null || limit === 0 ? null : { after, limit };
}

function wholeNumber(text: string): number | null {
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
}
