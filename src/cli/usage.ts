import { EXIT, messageOf, OrderbakError } from '../errors.js';
import { positiveInteger } from './options.js';

/** The error for what the parser takes and the command does not. `command` as it is typed after `orderbak`. */
export function usage(command: string, message: string): OrderbakError {
  return new OrderbakError(EXIT.usage, 'usage', message, `See \`orderbak ${command} --help\`.`);
}

/** The id that somebody typed. Throws with exit 2 for what is none. `command` as it is typed after `orderbak`. */
export function typedId(command: string, text: string): number {
  try {
    return positiveInteger(text);
  } catch (error) {
    throw usage(command, `"${text}" is no id. ${messageOf(error)}`);
  }
}
