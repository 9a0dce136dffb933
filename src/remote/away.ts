import { SILENT } from '../domain/retry.js';
import { codeOf, EXIT, messageOf, OrderbakError } from '../errors.js';
import { isSilence } from './silence.js';

/** What TLS calls an answer that is none of its own, on whatever version of OpenSSL. */
const NO_TLS = new Set([
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_SSL_PACKET_LENGTH_TOO_LONG',
  'ERR_SSL_HTTP_REQUEST',
]);
/** What ends the advice where it may pass by itself. */
export const LATER = 'Nothing is lost; the next run goes on where this one stopped.';

/** What to look at where nobody answers as orderbak does. */
export const LOOK_THERE =
  'See that `orderbak serve` runs there, that a web server in front of it passes /admin/backup/ on, and that the address is right, its http:// or https:// too.';

const HANGS =
  'Something hangs there: `orderbak serve`, its database or a disk, or a web server in front of it. Start again what hangs.';

const UNKNOWN_SIGNER =
  'If that certificate is your own, set NODE_EXTRA_CA_CERTS=/path/to/ca.pem in the environment of orderbak here (the README says more); if not, see that the web server sends its whole chain.';

/** What to do about a certificate, by what TLS calls its fault. */
const CERTIFICATES: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: UNKNOWN_SIGNER,
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_SIGNER,
  UNABLE_TO_GET_ISSUER_CERT: UNKNOWN_SIGNER,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_SIGNER,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_SIGNER,
  CERT_HAS_EXPIRED: 'Renew it there, restart what shows it, and see that the clock is right here.',
  ERR_TLS_CERT_ALTNAME_INVALID: 'Write a name that the certificate is for in [pull] url.',
};

/**
 * Nobody answered (exit 75), somebody whose certificate is not trusted (75 too: it may be renewed before the next night), or
 * somebody without the TLS that the address asks for (exit 1: that does not pass by itself). `later` ends the advice.
 */
export function silent(url: string, error: unknown, later = ` ${LATER}`): OrderbakError {
  const code = codeOf(error);
  if (NO_TLS.has(code)) return withoutTls(url, error);
  if (isSilence(error)) return hanging(`${url} does not answer: ${messageOf(error)}`, error, later);
  const remedy = CERTIFICATES[code];
  const what = remedy === undefined ? 'does not answer' : 'shows a certificate that is not trusted';
  return away(
    `${url} ${what}: ${messageOf(error) || code}`,
    error,
    `${remedy ?? `${LOOK_THERE}${pastProxy(url)}`}${later}`,
  );
}

/** What is told on a machine that is set up to reach others through a proxy. */
function pastProxy(url: string): string {
  const own = new URL(url).protocol === 'https:' ? 'https_proxy' : 'http_proxy';
  const names = [own, 'all_proxy'].flatMap((name) => [name, name.toUpperCase()]);
  const name = names.find((some) => (process.env[some] ?? '') !== '');
  return name === undefined
    ? ''
    : ` ${name} is set here, and not used: orderbak must reach the server by itself.`;
}

/** Exit 75: what may pass by itself. */
export function away(message: string, cause?: unknown, hint = LATER): OrderbakError {
  return new OrderbakError(EXIT.away, 'server-away', message, hint, cause);
}

/** A transfer that did not come to its end (exit 75). */
export function brokenOff(error: unknown): OrderbakError {
  const message = `the transfer broke off: ${messageOf(error)}`;
  return isSilence(error) ? hanging(message, error, ` ${LATER}`) : away(message, error);
}

function hanging(message: string, cause: unknown, later: string): OrderbakError {
  return new OrderbakError(EXIT.away, SILENT, message, `${HANGS}${later}`, cause);
}

function withoutTls(url: string, cause: unknown): OrderbakError {
  const hint =
    'Set TLS up there (the README says how), or write http:// in [pull] url where nobody else can listen, as inside a VPN.';
  return new OrderbakError(EXIT.failed, 'no-tls', `${url} answers, but without TLS`, hint, cause);
}
