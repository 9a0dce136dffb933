import { printable } from '../domain/file-name.js';
import { EXIT, OrderbakError } from '../errors.js';
import { RunStopped } from '../steps/step.js';
import { parseJson, readText } from './answer-text.js';
import { away } from './away.js';
import type { RawBody } from './raw-lines.js';

/** Answers an answer of status 200 or 206 again; of another it throws what the server says. */
export async function mustBeGood(answer: RawBody, url: string): Promise<RawBody> {
  if (answer.status === 200 || answer.status === 206) return answer;
  throw await explainStatus(answer, url);
}

async function explainStatus({ status, body }: RawBody, url: string): Promise<OrderbakError> {
  const said = await readText(body)
    .then((text) => saidIn(parseJson(text)))
    .catch(() => null);
  const words = said?.message ?? `status ${status}`;
  if (status === 401 || status === 403) {
    const hint = 'The token must be the same in [server] token there and in [pull] token here.';
    return new RunStopped(EXIT.refused, 'refused', `${url} refuses: ${words}`, hint);
  }
  // The server's own 500 is a fault that stays; what may pass is a 503, or comes from a server in between.
  if (said?.code === 'no-route') {
    const hint = 'Check [pull] url: it ends where /admin/backup begins.';
    return new OrderbakError(EXIT.failed, said.code, `${url} answers that ${words}`, hint);
  }
  if ((status === 404 || status === 500) && said !== null)
    return new OrderbakError(EXIT.failed, said.code, words);
  if (status >= 500 || status === 429 || status === 408) return away(`${url} cannot answer now: ${words}`);
  const answer =
    status < 400 ? `points elsewhere (status ${status}); redirects are not followed` : `answers ${words}`;
  return new OrderbakError(EXIT.failed, `http-${status}`, `${url} ${answer}`, 'Check [pull] url.');
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
