import { Agent, type Dispatcher } from 'undici';
import { printable } from '../domain/file-name.js';
import { away, silent } from './away.js';
import { mustBeGood } from './explain-answer.js';
import { pathOn } from './path-on.js';
import type { RawBody, RawQuestion } from './raw-lines.js';

/** Asks the server through the library: it knows every form that an answer can have, and takes a while to begin. */
export class RequestAgent {
  private readonly agent: Agent;

  /** `connections`: how many it may have open at once. */
  constructor(connections: number) {
    this.agent = new Agent({ connections, connectTimeout: 15_000, bodyTimeout: 60_000 });
  }

  /** A good answer to a GET, or to a POST of JSON. Errors: exit 4 when the token is refused, 75 when the server is away. */
  async ask(
    { url, token, path, body, fields, patience }: RawQuestion,
    signal: AbortSignal,
  ): Promise<RawBody> {
    const base = new URL(url);
    let response: Dispatcher.ResponseData;
    try {
      response = await this.agent.request({
        origin: base.origin,
        path: pathOn(base, path),
        method: body === null ? 'GET' : 'POST',
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          'accept-encoding': 'identity',
          ...fields,
        },
        body,
        headersTimeout: patience,
        signal,
      });
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw silent(url, error);
    }
    const answer = await mustBeGood(answerOf(response), url);
    const encoding = answer.fields.get('content-encoding') ?? 'identity';
    if (encoding === 'identity') return answer;
    answer.end();
    throw away(
      `the answer comes as ${printable(encoding)}, which was not asked for; is there a proxy that changes it?`,
    );
  }

  /** Waits for nothing: what is still open then is an answer that nobody reads any more. */
  close(): Promise<void> {
    return this.agent.destroy();
  }
}

function answerOf({ statusCode: status, headers, body }: Dispatcher.ResponseData): RawBody {
  const fields = new Map(Object.entries(headers).map(([name, value]) => [name, [value].flat()[0] ?? '']));
  const end = () => {
    body.on('error', () => {}).destroy();
  };
  return { status, fields, body, end };
}
