import type { Config } from '../config/schema.js';
import { EXIT, OrderbakError } from '../errors.js';
import { greet, letsIn } from '../remote/greet.js';

/** Where what listens on every address of this machine is asked. */
const LOOPBACK_OF: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

/** Whether this server's own `serve` answers: it takes each token of the configuration, and nobody without one. Throws when not. */
export async function serveFinding({ server }: Config): Promise<string> {
  if (server.token === null) {
    const hint = 'Put a long random one into [server] token, e.g. from `openssl rand -hex 32`.';
    throw new OrderbakError(EXIT.usage, 'token', 'serve has no token', hint);
  }
  const { host, port } = server.listen;
  const own = LOOPBACK_OF[host] ?? host;
  const protocol = server.tls_cert === null ? 'http' : 'https';
  const url = `${protocol}://${own.includes(':') ? `[${own}]` : own}:${port}`;
  await greet(url, true);
  for (const [i, token] of server.token.entries()) {
    if (!(await letsIn(url, true, token))) throw refused(url, i + 1, server.token.length);
  }
  return `answers on ${url}, and not without a token`;
}

function refused(url: string, n: number, count: number): OrderbakError {
  const which = count === 1 ? 'the token' : `token ${n} of ${count}`;
  const message = `what answers on ${url} does not take ${which} of this configuration`;
  const hint =
    'If serve was started before the token was changed, start it again. If it is the orderbak of another shop, give each an address of its own with [server] listen.';
  return new OrderbakError(EXIT.refused, 'token', message, hint);
}
