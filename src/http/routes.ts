import { Hono } from 'hono';
import type { z } from 'zod';
import type { ListedFile } from '../domain/wire.js';
import {
  API,
  type ListAnswer,
  type MarkResult,
  MOST_PER_CALL,
  markRequest,
  type ReceiptClaim,
} from '../domain/wire.js';
import { answerFor, type ErrorAnswer, errorAnswer } from './answer.js';

/** What the routes ask of the rest: the same functions that the command line calls. */
export interface Questions {
  list(after: number, limit: number): Promise<ListedFile[]>;
  mark(claims: readonly ReceiptClaim[]): Promise<MarkResult[]>;
}

const LIST_PAGE = 500;
const MOST_BODY = 1024 * 1024;

/** The routes that speak JSON. `report` is told of errors that the client is not told about. */
export function jsonRoutes(questions: Questions, report: (error: unknown) => void): Hono {
  const app = new Hono();
  app.get(API.health, (context) => context.json({ ok: true }));

  app.get(API.list, async (context) => {
    const after = wholeNumber(context.req.query('after') ?? '0');
    const limit = wholeNumber(context.req.query('limit') ?? String(LIST_PAGE));
    if (after === null || limit === null || limit === 0) {
      return reply(
        errorAnswer(400, 'bad-request', 'after and limit must be whole numbers, limit at least 1'),
      );
    }
    const most = Math.min(limit, MOST_PER_CALL);
    const files = await questions.list(after, most + 1);
    const page = files.slice(0, most);
    const answer: ListAnswer = { files: page, next: files.length > most ? (page.at(-1)?.id ?? null) : null };
    return context.json(answer);
  });

  app.post(API.mark, async (context) => {
    const parsed = parseBody(await readBody(context.req.raw.body), markRequest);
    if ('status' in parsed) return reply(parsed);
    return context.json({ results: await questions.mark(parsed.data.files) });
  });

  app.all(API.list, () => reply(errorAnswer(405, 'bad-method', 'the list is read with GET')));
  app.all(API.mark, () => reply(errorAnswer(405, 'bad-method', 'files are marked with POST')));
  app.notFound(() => reply(errorAnswer(404, 'no-route', 'there is nothing here')));
  app.onError((error) => {
    report(error);
    return reply(answerFor(error));
  });
  return app;
}

/** The text of a body; null when it is too large. It is read to its end all the same: who still sends hears no answer. */
export async function readBody(body: AsyncIterable<Uint8Array> | null): Promise<string | null> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body ?? []) {
    length += chunk.byteLength;
    if (length <= MOST_BODY) chunks.push(chunk);
  }
  return length > MOST_BODY ? null : Buffer.concat(chunks).toString('utf8');
}

/** A body of the shape that the schema wants, or the answer that says what is wrong with it. */
export function parseBody<S extends z.ZodType>(
  text: string | null,
  schema: S,
): { data: z.infer<S> } | ErrorAnswer {
  if (text === null) return errorAnswer(413, 'too-large', 'the body is larger than 1 MiB');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return errorAnswer(400, 'bad-json', 'the body is not JSON');
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return { data: parsed.data };
  const issue = parsed.error.issues[0];
  const where = issue?.path.join('.') ?? '';
  return errorAnswer(
    400,
    'bad-request',
    `${where === '' ? 'the body' : where}: ${issue?.message ?? 'not of the right shape'}`,
  );
}

function reply({ status, body }: ErrorAnswer): Response {
  return Response.json(body, { status });
}

function wholeNumber(text: string): number | null {
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
}
