import { printable } from '../domain/file-name.js';
import { EXIT, OrderbakError } from '../errors.js';
import { RunStopped } from '../steps/step.js';
import { parseJson, readText } from './answer-text.js';
import { away, LATER, LOOK_THERE } from './away.js';
import type { RawBody } from './raw-lines.js';

/** Answers an answer of status 200 or 206 again; of another it throws what the server says. */
export async function mustBeGood(answer: RawBody, url: string): Promise<RawBody> {
  if (answer.status === 200 || answer.status === 206) return answer;
  throw await explainStatus(answer, url);
}

async function explainStatus({ status, fields, body }: RawBody, url: string): Promise<OrderbakError> {
  const said = await readText(body)
    .then((text) => saidIn(parseJson(text)))
    .catch(() => null);
  const words = said?.message ?? `status ${status}`;
  if (status === 401 || status === 403) {
    const hint = said === null ? NOT_ITS_OWN : TOKEN;
    return new RunStopped(EXIT.refused, 'refused', `${url} refuses: ${words}`, hint);
  }
  // The server's own 500 is a fault that stays; what may pass is a 503, or comes from a server in between.
  if (said?.code === 'no-route') {
    const hint = 'Check [pull] url: it ends where /admin/backup begins.';
    return new OrderbakError(EXIT.failed, said.code, `${url} answers that ${words}`, hint);
  }
  if ((status === 404 || status === 500) && said !== null)
    return new OrderbakError(EXIT.failed, said.code, words);
  if (status >= 500 || status === 429 || status === 408) {
    const hint = said === null ? `${IN_FRONT[status] ?? LOOK_THERE} ${LATER}` : LATER;
    return away(`${url} cannot answer now: ${words}${whenAgain(fields)}`, undefined, hint);
  }
  const location = fields.get('location');
  const isRedirect = status >= 300 && status < 400 && location !== undefined;
  const answer = isRedirect
    ? `points to ${shown(location.split('?', 1)[0], 300)} (status ${status}); redirects are not followed`
    : `answers ${words}`;
  const hint = isRedirect ? `${MOVED} ${LOOK_THERE}` : LOOK_THERE;
  return new OrderbakError(EXIT.failed, `http-${status}`, `${url} ${answer}`, hint);
}

const TOKEN = 'The token must be the same in [server] token there and in [pull] token here.';
const NOT_ITS_OWN =
  'orderbak itself does not say it so: a web server or firewall in front of it does. Let that pass /admin/backup/ on without a password of its own (nginx: auth_basic off).';
const MOVED =
  'If orderbak answers there, write that address in [pull] url, up to where /admin/backup begins.';
/** What to do where it is not orderbak that says so. */
const IN_FRONT: Readonly<Record<number, string>> = {
  429: 'Let the web server in front of it take more requests for /admin/backup/ at a time.',
  504: 'Let the web server in front of it wait longer (nginx: proxy_read_timeout 300s): a large file is hashed before it is sent.',
};

/** When it wants to be asked again (RFC 9110 §10.2.3). */
function whenAgain(fields: RawBody['fields']): string {
  const after = fields.get('retry-after');
  if (after === undefined) return '';
  return `; it asks to be left alone ${/^\d+$/.test(after) ? `for ${after.slice(0, 10)} s` : `until ${shown(after, 40)}`}`;
}

function saidIn(json: unknown): { code: string; message: string } | null {
  if (typeof json !== 'object' || json === null || !('error' in json)) return null;
  const { error } = json;
  if (typeof error !== 'object' || error === null || !('code' in error) || !('message' in error)) return null;
  return { code: shown(error.code, 40), message: shown(error.message, 300) };
}

/** The server's words end up on a terminal and in the run's record. */
function shown(said: unknown, most: number): string {
  return printable(String(said).slice(0, most));
}
