import pRetry, { AbortError } from 'p-retry';
import { messageOf } from '../errors.js';
import { decoded } from './decoded.js';

const PATIENCE_MS = 10_000;
const RETRY = { retries: 2, minTimeout: 500, factor: 3 } as const;

/**
 * Posts a text to a web address, as the user who stands in it, three times at most in about half a minute. Redirects are not
 * followed. Throws when it does not arrive; the address, which may be a secret, stands in no error but for its host.
 */
export async function post(url: string, type: string, text: string): Promise<void> {
  // Loaded here: it is large, and most runs have nobody to tell.
  const { default: undici } = await import('undici');
  const { origin, pathname, search, host, username, password } = new URL(url);
  const account = `${decoded(username)}:${decoded(password)}`;
  const login = account === ':' ? {} : { authorization: `Basic ${Buffer.from(account).toString('base64')}` };
  const agent = new undici.Agent({ connect: { timeout: PATIENCE_MS } });
  const once = async () => {
    const { statusCode, body } = await agent.request({
      origin,
      path: `${pathname}${search}`,
      method: 'POST',
      headers: { ...login, 'content-type': type, 'user-agent': 'orderbak' },
      body: text,
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    await body.dump();
    if (statusCode < 300) return;
    const refusal = new Error(`it answers with status ${statusCode}`);
    throw statusCode >= 500 || statusCode === 429 ? refusal : new AbortError(refusal);
  };
  try {
    await pRetry(once, RETRY);
  } catch (error) {
    throw new Error(`${host}: ${messageOf(error)}`);
  } finally {
    await agent.destroy();
  }
}
