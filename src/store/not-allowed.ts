import { realpathSync } from 'node:fs';
import { codeOf, EXIT, OrderbakError } from '../errors.js';

/**
 * What to throw for an error in the folder at `path`: where the system refused this user, one that names the folder and says
 * what to do; any other as it is.
 */
export function notAllowed(error: unknown, path: string): unknown {
  if (codeOf(error) !== 'EACCES' || error instanceof OrderbakError) return error;
  const message = `permission denied in ${whereIs(path)}: let that folder and what lies in it belong to the user that runs orderbak (chown -R)`;
  return new OrderbakError(EXIT.failed, 'EACCES', message, undefined, error);
}

/** Its name for a person, who cannot use the number of a handle. */
function whereIs(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return 'its folder';
  }
}
