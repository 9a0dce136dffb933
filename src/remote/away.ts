import { codeOf, EXIT, messageOf, OrderbakError } from '../errors.js';

/** Whether it is worth asking again. */
export function isAway(error: unknown): boolean {
  return error instanceof OrderbakError && error.exit === EXIT.away;
}

/** Nobody answered. */
export function silent(url: string, error: unknown): OrderbakError {
  return away(`${url} does not answer: ${messageOf(error) || codeOf(error)}`, error);
}

/** Exit 75: what may pass by itself. */
export function away(message: string, cause?: unknown): OrderbakError {
  const hint = 'Nothing is lost; the next run goes on where this one stopped.';
  return new OrderbakError(EXIT.away, 'server-away', message, hint, cause);
}
