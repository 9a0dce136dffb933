import { EXIT, OrderbakError } from '../errors.js';

/** What is wrong with the configuration: exit 2. */
export function configError(message: string, hint = 'The README lists every key.'): OrderbakError {
  return new OrderbakError(EXIT.usage, 'config', message, hint);
}
