import { Agent } from 'undici';
import { API } from '../domain/wire.js';
import { away, LOOK_THERE, silent } from './away.js';
import { pathOn } from './path-on.js';

const PATIENCE_MS = 10_000;
const UNAUTHORIZED = 401;

/**
 * Knocks at a server without a token, which must be refused. Answers what its clock says, ms since 1970 (whole seconds),
 * null where it does not tell. `anyCertificate`: for a server on this very machine, whose certificate is for another name.
 * Throws with exit 75 when nothing or somebody else answers, with exit 1 when that is without the TLS of the address.
 */
export async function greet(url: string, anyCertificate: boolean): Promise<number | null> {
  const { status, date } = await knock(url, anyCertificate, null);
  if (status !== UNAUTHORIZED) {
    const message = `${placeOf(new URL(url))} answers with status ${status}, not as orderbak does`;
    throw away(message, undefined, LOOK_THERE);
  }
  const moment = Date.parse(date);
  return Number.isNaN(moment) ? null : moment;
}

/** Whether a server lets in who brings this token. Throws with exit 75 when nothing answers. */
export async function letsIn(url: string, anyCertificate: boolean, token: string): Promise<boolean> {
  return (await knock(url, anyCertificate, token)).status !== UNAUTHORIZED;
}

async function knock(
  url: string,
  anyCertificate: boolean,
  token: string | null,
): Promise<{ status: number; date: string }> {
  const base = new URL(url);
  const agent = new Agent({ connect: { timeout: PATIENCE_MS, rejectUnauthorized: !anyCertificate } });
  try {
    const { statusCode, headers, body } = await agent.request({
      origin: base.origin,
      path: pathOn(base, `${API.list}?limit=1`),
      method: 'GET',
      headers: token === null ? {} : { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    await body.dump();
    return { status: statusCode, date: String(headers.date) };
  } catch (error) {
    throw silent(placeOf(base), error, '');
  } finally {
    await agent.destroy();
  }
}

/** The address below which the API lies, without a user and password. */
function placeOf(base: URL): string {
  return `${base.origin}${pathOn(base, '')}`;
}
