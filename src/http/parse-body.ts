import type * as z from 'zod';
import { type ErrorAnswer, errorAnswer } from './answer.js';

const MOST_WORDS = 300;

/** A body of the shape that the schema wants, or the answer that says what is wrong with it. */
export function parseBody<S extends z.ZodType>(text: string, schema: S): { data: z.infer<S> } | ErrorAnswer {
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
  const words = `${where === '' ? 'the body' : where}: ${issue?.message ?? 'not of the right shape'}`;
  // An unknown key is named, and a key may be as long as the body.
  return errorAnswer(400, 'bad-request', words.slice(0, MOST_WORDS));
}
