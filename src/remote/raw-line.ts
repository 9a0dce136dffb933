import { connect, isIP, type OnReadOpts, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import type { RateLimit } from './rate-limit.js';
import { RawAnswer } from './raw-answer.js';

/** A question whose answer is read without a copy being made of it. */
export interface RawQuestion {
  readonly url: string;
  readonly token: string;
  readonly path: string;
  readonly body: string;
}

const READ_BYTES = 256 * 1024;
const CONNECT_MS = 15_000;
const SILENCE_MS = 60_000;
/** Shorter than servers keep a connection that nobody uses. */
const IDLE_MS = 3_000;

/** A connection, and who reads what comes next on it; false = nothing more for now. */
interface Line {
  readonly socket: Socket;
  read: ((bytes: Buffer) => boolean) | null;
  idleSince: number;
}

/**
 * Connections to one server, each of which is read into one buffer again and again. Node's own clients make a new one for
 * each read, whose memory is free only when the collector has come: with many files that is most of what a pull takes up.
 */
export class RawLines {
  private readonly idle: Line[] = [];

  /**
   * Posts a question. `take` is given the answer's body piece by piece, and is done with a piece when it returns. Rejects
   * when the answer is not as it should be, or breaks off.
   */
  async post(
    question: RawQuestion,
    take: (piece: Buffer) => void,
    rate: RateLimit | null,
    signal: AbortSignal,
  ): Promise<void> {
    signal.throwIfAborted();
    const line = this.takeIdle() ?? (await open(new URL(question.url)));
    try {
      const answer = new RawAnswer(take);
      await exchange(line, question, answer, rate, signal);
      if (!answer.keepsAlive) line.socket.destroy();
      else this.idle.push(Object.assign(line, { idleSince: performance.now() }));
    } catch (error) {
      line.socket.destroy();
      throw error;
    }
  }

  private takeIdle(): Line | undefined {
    for (let line = this.idle.pop(); line !== undefined; line = this.idle.pop()) {
      if (!line.socket.destroyed && performance.now() - line.idleSince < IDLE_MS) return line;
      line.socket.destroy();
    }
    return undefined;
  }
}

/** Node's types do not know that a connection with TLS takes it too. */
function withReader(
  options: ConnectionOptions,
  onread: OnReadOpts,
): ConnectionOptions & { onread: OnReadOpts } {
  return { ...options, onread };
}

async function open(url: URL): Promise<Line> {
  const line = await new Promise<Line>((resolve, reject) => {
    const made: { read: Line['read']; idleSince: number } = { read: null, idleSince: 0 };
    const onread = {
      buffer: Buffer.allocUnsafeSlow(READ_BYTES),
      // Nobody has asked for what comes on an idle connection: it is of no use any more.
      callback: (length: number, buffer: Uint8Array): boolean => {
        if (made.read === null) socket.destroy();
        return made.read?.(buffer.subarray(0, length) as Buffer) ?? false;
      },
    };
    const isTls = url.protocol === 'https:';
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const port = Number(url.port) || (isTls ? 443 : 80);
    const socket: Socket = isTls
      ? connectTls(withReader({ host, port, servername: isIP(host) === 0 ? host : '' }, onread))
      : connect({ host, port, onread });
    const opened = Object.assign(made, { socket });
    socket.setNoDelay(true);
    socket.setTimeout(CONNECT_MS, () => socket.destroy(new Error('nobody answers')));
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('the connection was closed')));
    socket.once(isTls ? 'secureConnect' : 'connect', () => resolve(opened));
  });
  // From now on what becomes of it is the matter of who uses it.
  line.socket.removeAllListeners('timeout').on('error', () => {});
  // Else the end of the connection would never be told.
  line.socket.resume();
  return line;
}

/** Asks, and hears the answer to its end. */
async function exchange(
  line: Line,
  question: RawQuestion,
  answer: RawAnswer,
  rate: RateLimit | null,
  signal: AbortSignal,
): Promise<void> {
  const { socket } = line;
  const end = () => {
    socket.destroy();
  };
  socket.setTimeout(SILENCE_MS, end);
  signal.addEventListener('abort', end);
  let closed = end;
  try {
    await new Promise<void>((resolve, reject) => {
      closed = () => reject(new Error('the connection was closed'));
      socket.once('close', closed);
      line.read = (bytes) => {
        try {
          answer.push(bytes);
        } catch (error) {
          reject(error);
          return false;
        }
        if (answer.ended) resolve();
        if (rate === null) return true;
        rate.pass(bytes.byteLength, signal).then(() => socket.resume(), reject);
        return false;
      };
      if (socket.destroyed) closed();
      socket.write(headOf(question) + question.body);
    });
  } finally {
    line.read = null;
    socket.removeListener('close', closed).removeAllListeners('timeout');
    socket.setTimeout(0);
    signal.removeEventListener('abort', end);
  }
}

function headOf({ url, token, path, body }: RawQuestion): string {
  const base = new URL(url);
  const lines = [
    `POST ${base.pathname.replace(/\/$/, '')}${path} HTTP/1.1`,
    `host: ${base.host}`,
    `authorization: Bearer ${token}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    'accept-encoding: identity',
  ];
  return `${lines.join('\r\n')}\r\n\r\n`;
}
