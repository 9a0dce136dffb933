import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { EXIT, messageOf, OrderbakError } from '../errors.js';
import type { Config } from './schema.js';

/** A certificate, with those that vouch for it, and its key, in PEM. */
export interface Tls {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/**
 * Reads what `serve` speaks TLS with; null when neither file is configured.
 * Throws with exit 2 when one is missing or cannot be read, or the two do not fit together.
 */
export function readTls({ tls_cert: certPath, tls_key: keyPath }: Config['server']): Tls | null {
  if (certPath === null && keyPath === null) return null;
  if (certPath === null || keyPath === null) {
    const [given, other] = certPath === null ? ['tls_key', 'tls_cert'] : ['tls_cert', 'tls_key'];
    throw tlsError(`server.${given} is given without server.${other}`, 'TLS needs both, or neither.');
  }
  const tls = { cert: readPem('tls_cert', certPath), key: readPem('tls_key', keyPath) };
  try {
    createSecureContext(tls);
  } catch (error) {
    throw tlsError(
      `${certPath} and ${keyPath} are no certificate with its key: ${messageOf(error)}`,
      'Both must be PEM, the key without a passphrase.',
    );
  }
  return tls;
}

function readPem(key: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw tlsError(
      `server.${key} cannot be read: ${messageOf(error)}`,
      'The user that runs `serve` must be able to read it.',
    );
  }
}

function tlsError(message: string, hint: string): OrderbakError {
  return new OrderbakError(EXIT.usage, 'tls', message, hint);
}
