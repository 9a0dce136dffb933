import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { EXIT, OrderbakError } from '../errors.js';

const SHORTEST = 32;

/** Throws with exit 2 unless the token is there and long enough to be no word that somebody could guess. */
export function checkToken(token: string | null): string {
  const hint =
    'Put a long random one into [server] token (or ORDERBAK_SERVER_TOKEN), e.g. from `openssl rand -hex 32`.';
  if (token === null || token === '')
    throw new OrderbakError(EXIT.usage, 'token', 'serve needs a token', hint);
  const fault =
    token.length < SHORTEST
      ? `is too short: it needs at least ${SHORTEST} characters`
      : /^[\x21-\x7e]+$/.test(token)
        ? null
        : 'cannot travel in a header: it may hold letters, digits and signs of ASCII, and no space';
  if (fault === null) return token;
  throw new OrderbakError(EXIT.usage, 'token', `the server's token ${fault}`, hint);
}

/** Whether a request carries the token. Digests are compared, in constant time, so that not even the length shows. */
export function isAllowed(request: IncomingMessage, token: string): boolean {
  const match = /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? '');
  return timingSafeEqual(digestOf(match?.[1] ?? ''), digestOf(token)) && match !== null;
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
