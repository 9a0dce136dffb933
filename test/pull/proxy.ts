import { createServer, type IncomingHttpHeaders, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** A question on its way from the office to the server. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** Only so many bytes of the body are sent; then the line goes dead. */
  readonly cut?: number;
  /** What comes after so many bytes is sent only then. */
  readonly later?: { readonly at: number; readonly when: Promise<void> };
}

/** What the network does to a question. `drop` = the line goes dead without an answer. */
export type Weather = (asked: Asked, forward: () => Promise<Answer>) => Promise<Answer | 'drop'>;

/** Something between office and server that writes down what passes, and can be told to spoil it. */
export interface ProxyServer {
  readonly url: string;
  readonly asked: Asked[];
  readonly answered: { readonly asked: Asked; readonly answer: Answer }[];
  weather: Weather;
  /** The questions for bytes so far, and forgets all that it wrote down. */
  takeDownloads(): Asked[];
  close(): void;
}

export const LIST = '/admin/backup/order_file_list';
export const MARK = '/admin/backup/order_file_bak_date_time_update';
export const BUNDLE = '/admin/backup/order_file_bundle';

export const fair: Weather = (_, forward) => forward();

export function isDownload({ path }: Asked): boolean {
  return path === BUNDLE || path.startsWith('/admin/backup/order_file/');
}

export async function startProxy(target: string, weather: Weather = fair): Promise<ProxyServer> {
  const server = createServer(async (incoming, response) => {
    response.on('error', () => {});
    const asked = {
      method: incoming.method ?? '',
      path: incoming.url ?? '',
      headers: incoming.headers,
      body: (await buffer(incoming).catch(() => Buffer.alloc(0))).toString('utf8'),
    };
    proxy.asked.push(asked);
    const answer = await proxy.weather(asked, () => forwardTo(target, asked)).catch(() => 'drop' as const);
    if (answer !== 'drop') proxy.answered.push({ asked, answer });
    send(response, answer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const proxy: ProxyServer = {
    url: `http://127.0.0.1:${port}`,
    asked: [],
    answered: [],
    weather,
    takeDownloads: () => {
      proxy.answered.length = 0;
      return proxy.asked.splice(0).filter(isDownload);
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
  return proxy;
}

function forwardTo(target: string, { method, path, headers, body }: Asked): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const onward = request(`${target}${path}`, { method, headers: { ...headers, connection: 'close' } });
    onward.once('error', reject).once('response', (response) => {
      const { statusCode = 0, headers: said } = response;
      buffer(response).then((bytes) => resolve({ status: statusCode, headers: said, body: bytes }), reject);
    });
    onward.end(body);
  });
}

function send(response: ServerResponse, answer: Answer | 'drop'): void {
  if (answer === 'drop') {
    response.destroy();
    return;
  }
  const { connection: _, 'transfer-encoding': __, ...headers } = answer.headers;
  response.writeHead(answer.status, { 'content-length': answer.body.length, ...headers });
  const { body, later } = answer;
  if (later !== undefined && later.at < body.length) {
    response.write(body.subarray(0, later.at));
    void later.when.then(() => response.end(body.subarray(later.at)));
  } else if (answer.cut === undefined) response.end(body);
  else response.write(answer.body.subarray(0, answer.cut), () => response.destroy());
}
