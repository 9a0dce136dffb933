import pRetry from 'p-retry';
import type * as z from 'zod';
import { RETRY, SILENT } from '../domain/retry.js';
import { API, listAnswer, markAnswer, parseDigest } from '../domain/wire.js';
import { EXIT, isAway, OrderbakError } from '../errors.js';
import type { BackupServer, Download } from '../steps/ports/office.js';
import { mustBeWhole, parseJson, readText } from './answer-text.js';
import { away, brokenOff, silent } from './away.js';
import { mustBeGood } from './explain-answer.js';
import type { RateLimit } from './rate-limit.js';
import { UnusualAnswer } from './raw-answer.js';
import { type RawBody, RawLines, type RawQuestion } from './raw-lines.js';
import type { RequestAgent } from './request-agent.js';

/** Which server is asked, and how. */
export interface ClientOptions {
  /** Where the server answers, e.g. `https://shop.example`; a path in it comes before the API's own. */
  readonly url: string;
  readonly token: string;
  /** How many transfers run at once. */
  readonly transfers: number;
  readonly rate: RateLimit;
  /** Told why a question is asked again. */
  retrying?(why: string): void;
}

/** What is asked of the server. */
type Question = Omit<RawQuestion, 'url' | 'token'>;

/** How long an answer may not begin, ms. For the list the server looks at a thousand files; a large one it may have to hash. */
const PATIENCE = { list: 120_000, file: 300_000 } as const;
/** A validator as RFC 9110 §8.8.3 writes it, of a length that belongs into a header. */
const ETAG = /^(W\/)?"[\x21\x23-\x7e]{0,200}"$/;

/** The server's backup API. Errors: exit 4 when it refuses the token, 75 when it is away or answers nonsense for now. */
export class BackupClient implements BackupServer {
  private readonly lines = new RawLines();
  private agent: Promise<RequestAgent> | null = null;

  constructor(private readonly options: ClientOptions) {}

  list(after: number, limit: number, signal: AbortSignal) {
    const path = `${API.list}?after=${after}&limit=${limit}`;
    return this.json({ path, body: null, patience: PATIENCE.list }, listAnswer, signal);
  }

  async mark(receipts: Parameters<BackupServer['mark']>[0], signal: AbortSignal) {
    const body = JSON.stringify({ files: receipts });
    return (await this.json({ path: API.mark, body, patience: PATIENCE.file }, markAnswer, signal)).results;
  }

  async download(id: number, from: number, etag: string | null, signal: AbortSignal): Promise<Download> {
    // The last byte is asked for again: of a half file that is whole already there is no range to ask for.
    const start = etag === null ? 0 : Math.max(from - 1, 0);
    const question = { path: `${API.file}/${id}`, body: null, patience: PATIENCE.file };
    const rest = etag === null || start === 0 ? null : await this.rest(question, start, etag, signal);
    const { fields, body, end, status } = rest ?? (await this.ask(question, signal));
    const begin = rest !== null && status === 206 ? start : 0;
    const length = Number(fields.get('content-length') ?? Number.NaN);
    if (!Number.isSafeInteger(length)) {
      end();
      throw away('the answer does not say how long the file is; is there a proxy that changes it?');
    }
    const validator = fields.get('etag') ?? '';
    return {
      from: begin === 0 ? 0 : from,
      // Anything else cannot be sent back to ask for the rest.
      etag: ETAG.test(validator) ? validator : null,
      size: begin + length,
      sha256: parseDigest(fields.get('repr-digest')),
      body: this.paced(body, signal, begin === 0 ? 0 : from - begin),
    };
  }

  /** Asks for a file from `start` on; null where the answer is of no use for that, and the whole file has to be asked for. */
  private async rest(
    question: Question,
    start: number,
    etag: string,
    signal: AbortSignal,
  ): Promise<RawBody | null> {
    try {
      const fields = { range: `bytes=${start}-`, 'if-range': etag };
      const answer = await this.ask({ ...question, fields }, signal);
      if (answer.status === 200 || isRest(answer.fields, start)) return answer;
      answer.end();
      return null;
    } catch (error) {
      if (signal.aborted || !(error instanceof OrderbakError) || error.exit !== EXIT.failed) throw error;
      return null;
    }
  }

  /** Waits for nothing: what is still open then is an answer that nobody reads any more. */
  async close(): Promise<void> {
    this.lines.close();
    await (await this.agent)?.close();
  }

  private json<S extends z.ZodType>(question: Question, schema: S, signal: AbortSignal): Promise<z.infer<S>> {
    const once = async () => {
      const response = await this.ask(question, signal);
      const text = await readText(this.paced(response.body, signal));
      mustBeWhole(text, response.fields.get('content-digest'));
      const parsed = schema.safeParse(parseJson(text));
      if (parsed.success) return parsed.data;
      throw away('the server answers something else than orderbak does; is [pull] url right?');
    };
    return pRetry(once, {
      ...RETRY,
      signal,
      shouldRetry: ({ error, attemptNumber }) => {
        // A line can go dead; a server that is silent on a new one too hangs.
        if (!isAway(error) || (error.code === SILENT && attemptNumber > 1)) return false;
        this.options.retrying?.(error.message);
        return true;
      },
    });
  }

  /** Asks without a copy being made of the answer; what is not plain the library is asked for again. */
  private async ask(question: Question, signal: AbortSignal): Promise<RawBody> {
    const { url, token } = this.options;
    const whole = { ...question, url, token };
    let answer: RawBody;
    try {
      answer = await this.lines.ask(whole, signal);
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      if (error instanceof UnusualAnswer) return (await this.library()).ask(whole, signal);
      throw silent(url, error);
    }
    return mustBeGood(answer, url);
  }

  /** Loaded when it is needed: most servers answer plainly. */
  private library(): Promise<RequestAgent> {
    const connections = this.options.transfers + 2;
    this.agent ??= import('./request-agent.js').then(({ RequestAgent }) => new RequestAgent(connections));
    return this.agent;
  }

  /** The body without its first `skip` bytes, at the rate that is allowed. */
  private async *paced(
    body: AsyncIterable<Uint8Array>,
    signal: AbortSignal,
    skip = 0,
  ): AsyncGenerator<Uint8Array> {
    let left = skip;
    try {
      for await (const chunk of body) {
        await this.options.rate.pass(chunk.byteLength, signal);
        yield chunk.subarray(left);
        left = Math.max(left - chunk.byteLength, 0);
      }
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw brokenOff(error);
    }
  }
}

/** Whether a partial answer goes from `start` to the end of the file (RFC 9110 §14.4). */
function isRest(fields: RawBody['fields'], start: number): boolean {
  const range = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(fields.get('content-range') ?? '');
  if (range === null) return false;
  const [first, last, size] = [Number(range[1]), Number(range[2]), Number(range[3])];
  return first === start && last === size - 1 && fields.get('content-length') === String(size - start);
}
