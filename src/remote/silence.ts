import { codeOf } from '../errors.js';

/** What the library calls it, before an answer and in the middle of one. */
const LIBRARY_CODES = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']);

/** The other end of a connection said nothing for so long that nobody listens to it any more. */
export class Silence extends Error {
  /** `patience`: how long it was listened to, ms. */
  constructor(patience: number) {
    super(`nothing came for ${patience / 1000} s`);
  }
}

/** Whether a transfer ended because nothing came. */
export function isSilence(error: unknown): boolean {
  return error instanceof Silence || LIBRARY_CODES.has(codeOf(error));
}
