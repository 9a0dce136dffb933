import { createHash } from 'node:crypto';
import pRetry from 'p-retry';
import { Agent, type Dispatcher } from 'undici';
import type { z } from 'zod';
import { printable } from '../domain/file-name.js';
import { API, listAnswer, markAnswer, parseDigest } from '../domain/wire.js';
import { codeOf, EXIT, messageOf, OrderbakError } from '../errors.js';
import type { BackupServer, Download } from '../steps/ports/office.js';
import { RunStopped } from '../steps/step.js';
import type { RateLimit } from './rate-limit.js';
import { UnusualAnswer } from './raw-answer.js';
import { type RawBody, RawLines } from './raw-lines.js';

export interface ClientOptions {
  /** Where the server answers, e.g. `https://shop.example`; a path in it comes before the API's own. */
  readonly url: string;
  readonly token: string;
  /** How many transfers run at once. */
  readonly transfers: number;
  readonly rate: RateLimit;
}

const RETRY = { retries: 4, minTimeout: 500, factor: 2, randomize: true } as const;
/** How long an answer may not begin: a large file is hashed first. */
const PATIENCE_MS = 300_000;
const MOST_JSON = 16 * 1024 * 1024;
/** A validator as RFC 9110 §8.8.3 writes it, of a length that belongs into a header. */
const ETAG = /^(W\/)?"[\x21\x23-\x7e]{0,200}"$/;

/** The server's backup API. Errors: exit 4 when it refuses the token, 75 when it is away or answers nonsense for now. */
export class BackupClient implements BackupServer {
  private readonly agent: Agent;
  private readonly lines = new RawLines();

  constructor(private readonly options: ClientOptions) {
    this.agent = new Agent({
      connections: options.transfers + 2,
      connectTimeout: 15_000,
      headersTimeout: PATIENCE_MS,
      bodyTimeout: 60_000,
    });
  }

  list(after: number, limit: number, signal: AbortSignal) {
    return this.json(`${API.list}?after=${after}&limit=${limit}`, undefined, listAnswer, signal);
  }

  async mark(receipts: Parameters<BackupServer['mark']>[0], signal: AbortSignal) {
    return (await this.json(API.mark, { files: receipts }, markAnswer, signal)).results;
  }

  async download(id: number, from: number, etag: string | null, signal: AbortSignal): Promise<Download> {
    // The last byte is asked for again: of a half file that is whole already there is no range to ask for.
    const start = etag === null ? 0 : Math.max(from - 1, 0);
    const range = start > 0 && etag !== null ? { range: `bytes=${start}-`, 'if-range': etag } : {};
    const { status, fields, body } = await this.get(`${API.file}/${id}`, range, signal);
    const begin = status === 206 ? start : 0;
    const length = Number(fields.get('content-length'));
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

  /** Waits for nothing: what is still open then is an answer that nobody reads any more. */
  close(): Promise<void> {
    this.lines.close();
    return this.agent.destroy();
  }

  private json<S extends z.ZodType>(
    path: string,
    body: unknown,
    schema: S,
    signal: AbortSignal,
  ): Promise<z.infer<S>> {
    const once = async () => {
      const response = await this.request(path, body, {}, signal);
      const text = await readText(this.paced(response.body, signal));
      mustBeWhole(text, headerOf(response.headers, 'content-digest'));
      const parsed = schema.safeParse(parseJson(text));
      if (parsed.success) return parsed.data;
      throw away('the server answers something else than orderbak does; is [pull] url right?');
    };
    return pRetry(once, { ...RETRY, signal, shouldRetry: ({ error }) => isAway(error) });
  }

  /** Gets a file or the rest of one without making copies of it; what is not plain the library asks for again, and explains. */
  private async get(path: string, range: Record<string, string>, signal: AbortSignal): Promise<RawBody> {
    const { url, token } = this.options;
    const question = { url, token, path, body: null, fields: range, patience: PATIENCE_MS };
    try {
      return await this.lines.get(question, signal);
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      if (!(error instanceof UnusualAnswer)) throw silent(url, error);
    }
    const { headers, statusCode: status, body } = await this.request(path, undefined, range, signal);
    const length = headerOf(headers, 'content-length');
    if (!Number.isSafeInteger(Number(length ?? Number.NaN))) {
      body.on('error', () => {}).destroy();
      throw away('the answer does not say how long the file is; is there a proxy that changes it?');
    }
    const fields = Object.keys(headers).map((name) => [name, headerOf(headers, name) ?? ''] as const);
    return { status, fields: new Map(fields), body };
  }

  private async request(path: string, body: unknown, extra: Record<string, string>, signal: AbortSignal) {
    const { url, token } = this.options;
    const base = new URL(url);
    let response: Dispatcher.ResponseData;
    try {
      response = await this.agent.request({
        origin: base.origin,
        path: `${base.pathname.replace(/\/$/, '')}${path}`,
        method: body === undefined ? 'GET' : 'POST',
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          'accept-encoding': 'identity',
          ...extra,
        },
        body: body === undefined ? null : JSON.stringify(body),
        signal,
      });
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw silent(url, error);
    }
    if (response.statusCode !== 200 && response.statusCode !== 206) throw await explainStatus(response, url);
    const encoding = headerOf(response.headers, 'content-encoding') ?? 'identity';
    if (encoding === 'identity') return response;
    response.body.on('error', () => {}).destroy();
    throw away(
      `the answer comes as ${printable(encoding)}, which was not asked for; is there a proxy that changes it?`,
    );
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
      throw away(`the transfer broke off: ${messageOf(error)}`, error);
    }
  }
}

async function explainStatus(response: Dispatcher.ResponseData, url: string): Promise<OrderbakError> {
  const { statusCode } = response;
  const said = await readText(response.body)
    .then((text) => saidIn(parseJson(text)))
    .catch(() => null);
  const words = said?.message ?? `status ${statusCode}`;
  if (statusCode === 401 || statusCode === 403) {
    const hint = 'The token must be the same in [server] token there and in [pull] token here.';
    return new RunStopped(EXIT.refused, 'refused', `${url} refuses: ${words}`, hint);
  }
  // The server's own 500 is a fault that stays; what may pass is a 503, or comes from a server in between.
  if ((statusCode === 404 || statusCode === 500) && said !== null)
    return new OrderbakError(EXIT.failed, said.code, words);
  if (statusCode >= 500 || statusCode === 429 || statusCode === 408)
    return away(`${url} cannot answer now: ${words}`);
  const answer =
    statusCode < 400
      ? `points elsewhere (status ${statusCode}); redirects are not followed`
      : `answers ${words}`;
  return new OrderbakError(EXIT.failed, `http-${statusCode}`, `${url} ${answer}`, 'Check [pull] url.');
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

async function readText(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.byteLength;
    if (length > MOST_JSON) throw away('the server answers without end');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Throws unless the bytes are those that the server has sent; one without a digest is believed. */
function mustBeWhole(bytes: Buffer, header: string | undefined): void {
  if (header === undefined) return;
  if (parseDigest(header) === createHash('sha256').update(bytes).digest('hex')) return;
  throw away('the answer was changed on its way');
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8')) as unknown;
  } catch {
    throw away('the server answers something that is not JSON; is [pull] url right?');
  }
}

function headerOf(headers: Dispatcher.ResponseData['headers'], name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function isAway(error: unknown): boolean {
  return error instanceof OrderbakError && error.exit === EXIT.away;
}

function silent(url: string, error: unknown): OrderbakError {
  return away(`${url} does not answer: ${messageOf(error) || codeOf(error)}`, error);
}

function away(message: string, cause?: unknown): OrderbakError {
  const hint = 'Nothing is lost; the next run goes on where this one stopped.';
  return new OrderbakError(EXIT.away, 'server-away', message, hint, cause);
}
