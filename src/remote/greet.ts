import { Agent } from 'undici';
import { API } from '../domain/wire.js';
import { codeOf, EXIT, messageOf, OrderbakError } from '../errors.js';

const PATIENCE_MS = 10_000;
const UNAUTHORIZED = 401;

/**
 * Knocks at a server without a token, which must be refused. Answers what its clock says, ms since 1970 (whole seconds),
 * null where it does not tell. `anyCertificate`: for a server on this very machine, whose certificate is for another name.
 * Throws with exit 75 when nothing or somebody else answers.
 */
export async function greet(url: string, anyCertificate: boolean): Promise<number | null> {
  const base = new URL(url);
  const agent = new Agent({ connect: { timeout: PATIENCE_MS, rejectUnauthorized: !anyCertificate } });
  try {
    const { statusCode, headers, body } = await agent.request({
      origin: base.origin,
      path: `${base.pathname.replace(/\/$/, '')}${API.list}`,
      method: 'GET',
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    await body.dump();
    if (statusCode !== UNAUTHORIZED)
      throw new Error(`it answers with status ${statusCode}, not as orderbak does`);
    const date = Date.parse(String(headers.date));
    return Number.isNaN(date) ? null : date;
  } catch (error) {
    const message = `${base.origin} does not answer: ${messageOf(error) || codeOf(error)}`;
    const hint =
      'See that `orderbak serve` runs there, that a web server in front of it passes /admin/backup/ on, and that the address is right.';
    throw new OrderbakError(EXIT.away, 'server-away', message, hint, error);
  } finally {
    await agent.destroy();
  }
}
