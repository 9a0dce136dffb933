import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { SHORTEST_TOKEN } from '../domain/wire.js';
import { EXIT, OrderbakError } from '../errors.js';

/** The tokens that the server takes. Throws with exit 2 unless there is one, and each is long enough to be no word that somebody could guess. */
export function checkTokens(tokens: readonly string[] | null): readonly string[] {
  const hint =
    'Put a long random one into [server] token (or ORDERBAK_SERVER_TOKEN), e.g. from `openssl rand -hex 32`.';
  if (tokens === null) throw new OrderbakError(EXIT.usage, 'token', 'serve needs a token', hint);
  for (const [i, token] of tokens.entries()) {
    const fault = tokenFault(token);
    if (fault === null) continue;
    const which = tokens.length === 1 ? 'token' : `token ${i + 1} of ${tokens.length}`;
    throw new OrderbakError(EXIT.usage, 'token', `the server's ${which} ${fault}`, hint);
  }
  return tokens;
}

function tokenFault(token: string): string | null {
  if (token.length < SHORTEST_TOKEN) return `is too short: it needs at least ${SHORTEST_TOKEN} characters`;
  return /^[\x21-\x7e]+$/.test(token)
    ? null
    : 'cannot travel in a header: it may hold letters, digits and signs of ASCII, and no space';
}

/**
 * Tells whether a request carries one of the tokens, in exactly one `Authorization` header. Digests are compared, in
 * constant time and with every token, so that neither a length shows nor which token was nearly right.
 */
export function doorkeeper(tokens: readonly string[]): (request: IncomingMessage) => boolean {
  const digests = tokens.map(digestOf);
  return (request) => {
    const [header = '', ...others] = request.headersDistinct.authorization ?? [];
    const match = /^Bearer +(\S+) *$/i.exec(header);
    const digest = digestOf(match?.[1] ?? '');
    const isOne = digests.map((known) => timingSafeEqual(known, digest)).includes(true);
    return isOne && match !== null && others.length === 0;
  };
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
