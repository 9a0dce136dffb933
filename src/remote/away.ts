import { codeOf, EXIT, messageOf, OrderbakError } from '../errors.js';

/** What TLS calls an answer that is none of its own, on whatever version of OpenSSL. */
const NO_TLS = new Set([
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_SSL_PACKET_LENGTH_TOO_LONG',
  'ERR_SSL_HTTP_REQUEST',
]);
/** A certificate that nobody whom this machine trusts has signed. */
const UNTRUSTED = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);
const LATER = 'Nothing is lost; the next run goes on where this one stopped.';

/** What to look at where nobody answers as orderbak does. */
export const LOOK_THERE =
  'See that `orderbak serve` runs there, that a web server in front of it passes /admin/backup/ on, and that the address is right, its http:// or https:// too.';

/** Nobody answered, or somebody whose certificate is not trusted (exit 75), or somebody without the TLS that the address asks for (exit 1: that does not pass by itself). */
export function silent(url: string, error: unknown, hint = `${LOOK_THERE} ${LATER}`): OrderbakError {
  if (NO_TLS.has(codeOf(error))) return withoutTls(url, error);
  if (UNTRUSTED.has(codeOf(error))) return untrusted(url, error);
  return away(`${url} does not answer: ${messageOf(error) || codeOf(error)}`, error, hint);
}

/** Exit 75: what may pass by itself. */
export function away(message: string, cause?: unknown, hint = LATER): OrderbakError {
  return new OrderbakError(EXIT.away, 'server-away', message, hint, cause);
}

function untrusted(url: string, cause: unknown): OrderbakError {
  const message = `${url} answers with a certificate that this machine does not trust: ${messageOf(cause)}`;
  const hint =
    'Let the server send its whole chain. A certificate of your own is trusted where NODE_EXTRA_CA_CERTS=/path/to/ca.pem stands in the environment.';
  return away(message, cause, hint);
}

function withoutTls(url: string, cause: unknown): OrderbakError {
  const hint =
    'Set TLS up there (the README says how), or write http:// in [pull] url where nobody else can listen, as inside a VPN.';
  return new OrderbakError(EXIT.failed, 'no-tls', `${url} answers, but without TLS`, hint, cause);
}
