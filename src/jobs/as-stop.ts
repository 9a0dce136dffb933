import { EXIT, messageOf, OrderbakError } from '../errors.js';

/** Whatever ended a run, as an error that a person can act on. */
export function asStop(error: unknown): OrderbakError {
  if (error instanceof OrderbakError) return error;
  return new OrderbakError(EXIT.failed, 'failed', messageOf(error), undefined, error);
}
