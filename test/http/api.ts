import { type IncomingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { expect } from 'vitest';
import type { Serve } from '../support/serve.js';
import type { World } from '../support/worlds.js';

export const LIST = '/admin/backup/order_file_list';
export const FILE = '/admin/backup/order_file';
export const BUNDLE = '/admin/backup/order_file_bundle';
export const MARK = '/admin/backup/order_file_bak_date_time_update';

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Question {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** Null = without one; left out = the right one. */
  readonly authorization?: string | null;
}

/** Asks the server as any program would; nothing of it is shared with the program under test. */
export function ask(serve: Serve, path: string, question: Question = {}): Promise<Reply> {
  const { method = 'GET', headers = {}, body, authorization = `Bearer ${serve.token}` } = question;
  const secret = authorization === null ? {} : { authorization };
  return new Promise((resolve, reject) => {
    const asked = request(`${serve.url}${path}`, {
      method,
      headers: { ...secret, ...headers },
      agent: false,
    });
    asked.once('error', reject).once('response', (response) => {
      buffer(response).then(
        (bytes) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: bytes }),
        reject,
      );
    });
    asked.end(body);
  });
}

export function post(serve: Serve, path: string, body: unknown): Promise<Reply> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return ask(serve, path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: text });
}

export function jsonOf<T>({ body }: Reply): T {
  return JSON.parse(body.toString('utf8')) as T;
}

/** The status, the one shape of all errors, and in it nothing of the server's inside. */
export function expectError(world: World, reply: Reply, status: number): void {
  const text = reply.body.toString('utf8');
  expect(reply.status, text).toBe(status);
  expect(reply.headers['content-type']).toMatch(/^application\/json/);
  expect(JSON.parse(text)).toEqual({ error: { code: expect.any(String), message: expect.any(String) } });
  for (const secret of [world.folder, world.token, 'tbl_', 'SELECT', 'node:', '.js', '    at ']) {
    expect(text).not.toContain(secret);
  }
}

/** The first answer in what was heard on a connection. */
export function heardIn(heard: string): Reply {
  const end = heard.indexOf('\r\n\r\n');
  const [status = '', ...lines] = heard.slice(0, end).split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => [
      line.slice(0, line.indexOf(':')).toLowerCase(),
      line.slice(line.indexOf(':') + 1).trim(),
    ]),
  );
  const length = Number(headers['content-length'] ?? 0);
  const body = Buffer.from(heard.slice(end + 4), 'latin1').subarray(0, length);
  return { status: Number(status.split(' ')[1]), headers, body };
}

/** Sends bytes as they are and answers what comes back until the end, for what no library would send. */
export function speak({ url }: Serve, words: string, isLast = true): Promise<string> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname, () => (isLast ? socket.end(words) : socket.write(words)));
    let heard = '';
    socket.setEncoding('latin1').on('data', (text: string) => {
      heard += text;
    });
    socket.once('error', reject).once('close', () => resolve(heard));
  });
}
