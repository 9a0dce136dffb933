import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';

export interface Heard {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly body: string;
  /** `user:password`, where it gave one. */
  readonly account: string | null;
}

/** A web server that writes down what it hears. */
export interface WebSink {
  readonly url: string;
  readonly heard: Heard[];
  /** What it answers from now on. */
  status: number;
  close(): Promise<void>;
}

export async function openWebSink(): Promise<WebSink> {
  const heard: Heard[] = [];
  const server = createHttpServer(async (request, response) => {
    const { method = '', url: path = '', headers } = request;
    const basic = /^Basic (.+)$/.exec(headers.authorization ?? '')?.[1];
    const account = basic === undefined ? null : Buffer.from(basic, 'base64').toString();
    heard.push({ method, path, body: await text(request), account });
    response.writeHead(sink.status).end('well');
  });
  const sink: WebSink = {
    url: `http://127.0.0.1:${await listen(server)}`,
    heard,
    status: 200,
    close: () => end(server),
  };
  return sink;
}

export interface Letter {
  readonly from: string;
  readonly to: readonly string[];
  /** As it travelled: head and body. */
  readonly text: string;
}

/** A mail server (RFC 5321) that takes every letter and writes down who sent it with which password. */
export interface MailSink {
  readonly port: number;
  readonly letters: Letter[];
  /** `user:password` of each session that gave one. */
  readonly accounts: string[];
  close(): Promise<void>;
}

export async function openMailSink(): Promise<MailSink> {
  const letters: Letter[] = [];
  const accounts: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    serveMail(socket, letters, accounts);
  });
  const port = await listen(server);
  const close = () => {
    for (const socket of sockets) socket.destroy();
    return end(server);
  };
  return { port, letters, accounts, close };
}

function serveMail(socket: Socket, letters: Letter[], accounts: string[]): void {
  let [from, to, rest]: [string, string[], string] = ['', [], ''];
  let body: string[] | null = null;
  const say = (line: string) => socket.write(`${line}\r\n`);
  const answer = (line: string): void => {
    if (body !== null) {
      if (line !== '.') return void body.push(line);
      letters.push({ from, to, text: body.join('\n') });
      [from, to, body] = ['', [], null];
      return void say('250 taken');
    }
    const [verb = '', argument = ''] = line.split(/ (.*)/s);
    if (verb === 'EHLO') return void say('250-sink\r\n250 AUTH PLAIN');
    if (verb === 'AUTH') {
      accounts.push(
        Buffer.from(argument.replace('PLAIN ', ''), 'base64').toString('utf8').slice(1).replace('\0', ':'),
      );
      return void say('235 welcome');
    }
    if (verb === 'MAIL') from = addressIn(argument);
    if (verb === 'RCPT') to.push(addressIn(argument));
    if (verb === 'DATA') {
      body = [];
      return void say('354 go on');
    }
    say(verb === 'QUIT' ? '221 bye' : '250 well');
    if (verb === 'QUIT') socket.end();
  };
  socket.on('error', () => socket.destroy());
  socket.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\r\n');
    rest = lines.pop() ?? '';
    for (const line of lines) answer(line);
  });
  say('220 sink');
}

function addressIn(argument: string): string {
  return /<(.*?)>/.exec(argument)?.[1] ?? '';
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // Listening on a host and port, never on a pipe.
  return (server.address() as AddressInfo).port;
}

async function end(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  await closed;
}
