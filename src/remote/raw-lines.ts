import { Handover } from './handover.js';
import { type Line, openLine, stopsAtOnce } from './line.js';
import { pathOn } from './path-on.js';
import type { RateLimit } from './rate-limit.js';
import { BusyAnswer, RawAnswer, type RawHead, UnusualAnswer } from './raw-answer.js';
import { Silence } from './silence.js';

/** A question whose answer is read without a copy being made of it. */
export interface RawQuestion {
  readonly url: string;
  readonly token: string;
  readonly path: string;
  /** JSON that is posted; null = the path is got. */
  readonly body: string | null;
  readonly fields?: Readonly<Record<string, string>>;
  /** How long the answer may not begin, ms. */
  readonly patience: number;
}

/** An answer under way; a piece of its body is good until the next one is asked for. */
export interface RawBody extends RawHead {
  readonly body: AsyncIterable<Uint8Array>;
  /** Ends its connection, where nobody reads it. */
  end(): void;
}

/** A question, who reads its answer, how fast, and until when. */
interface Exchange {
  readonly question: RawQuestion;
  readonly answer: RawAnswer;
  readonly pace: RateLimit;
  readonly signal: AbortSignal;
}

const SILENCE_MS = 60_000;
/** Shorter than servers keep a connection that nobody uses. */
const IDLE_MS = 3_000;

/**
 * Connections to one server, each of which is read into one buffer again and again. Node's own clients make a new one for
 * each read, whose memory is free only when the collector has come: that is most of what a pull takes up.
 */
export class RawLines {
  private readonly idle: Line[] = [];
  private readonly busy = new Set<Line>();

  /**
   * Posts a question. `take` is given the body of an answer of status 200 piece by piece, and is done with a piece when it
   * returns. Rejects when the answer is another (`BusyAnswer`: it is worth asking again), or breaks off.
   */
  async post(
    question: RawQuestion,
    take: (piece: Buffer) => void,
    pace: RateLimit,
    signal: AbortSignal,
  ): Promise<void> {
    const answer = new RawAnswer((piece) => {
      mustBeWanted(answer);
      take(piece);
    });
    await this.exchange({ question, answer, pace, signal });
    mustBeWanted(answer);
  }

  /**
   * Asks, and answers when the answer begins. Nothing more is read of it while nobody asks for the next piece. Rejects when it
   * is none as it should be (`UnusualAnswer`), or breaks off.
   */
  async ask(question: RawQuestion, signal: AbortSignal): Promise<RawBody> {
    const hand = new Handover();
    const left = new AbortController();
    // A piece is kept while it is written, and only a line that stops leaves it as it is.
    const isLeft = stopsAtOnce(new URL(question.url));
    const answer = new RawAnswer((piece) => hand.put(isLeft ? piece : Buffer.from(piece)));
    const either = AbortSignal.any([signal, left.signal]);
    const whole = this.exchange({ question, answer, pace: hand, signal: either });
    whole.catch((error: unknown) => hand.fail(error));
    while (answer.head === null) await hand.more();
    return { ...answer.head, body: bodyOf(answer, hand, whole, left), end: () => left.abort() };
  }

  /** Ends all connections; whoever still reads an answer hears that it has broken off. */
  close(): void {
    for (const { socket } of [...this.idle.splice(0), ...this.busy]) socket.destroy();
  }

  private async exchange(given: Exchange): Promise<void> {
    const { question, answer, signal } = given;
    signal.throwIfAborted();
    const line = this.takeIdle() ?? (await openLine(new URL(question.url), signal));
    this.busy.add(line);
    try {
      await exchangeOn(line, given);
      if (!answer.keepsAlive) line.socket.destroy();
      else this.idle.push(Object.assign(line, { idleSince: performance.now() }));
    } catch (error) {
      line.socket.destroy();
      throw error;
    } finally {
      this.busy.delete(line);
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

function mustBeWanted({ head }: RawAnswer): void {
  if (head?.status === 200) return;
  const isBusy = head?.status === 429 || head?.status === 503;
  throw new (isBusy ? BusyAnswer : UnusualAnswer)('the server answers something else');
}

/** The body of an answer; who stops reading it ends its connection. */
async function* bodyOf(
  answer: RawAnswer,
  hand: Handover,
  whole: Promise<void>,
  left: AbortController,
): AsyncGenerator<Buffer> {
  try {
    for (;;) {
      for (let some = hand.take(); some.length > 0; some = hand.take()) yield* some;
      if (answer.ended) break;
      await hand.more();
    }
    hand.release();
    // It has come whole, whatever becomes of its connection.
    await whole.catch(() => {});
  } finally {
    left.abort();
  }
}

/** Asks, and hears the answer to its end. */
async function exchangeOn(line: Line, { question, answer, pace, signal }: Exchange): Promise<void> {
  signal.throwIfAborted();
  const { socket } = line;
  const end = () => {
    socket.destroy();
  };
  let isPaused = false;
  socket.setTimeout(question.patience);
  signal.addEventListener('abort', end);
  let closed = end;
  let onSilence = end;
  try {
    await new Promise<void>((resolve, reject) => {
      closed = () => reject(new Error('the connection was closed'));
      socket.once('close', closed);
      onSilence = () => {
        // While nothing is read, nothing can come.
        if (isPaused) socket.setTimeout(SILENCE_MS);
        else reject(new Silence(answer.head === null ? question.patience : SILENCE_MS));
      };
      socket.on('timeout', onSilence);
      const goOn = () => {
        isPaused = false;
        socket.resume();
        if (answer.ended) resolve();
      };
      line.read = (bytes) => {
        try {
          if (answer.head === null) socket.setTimeout(SILENCE_MS);
          answer.push(bytes);
        } catch (error) {
          reject(error);
          return false;
        }
        const pause = pace.pass(bytes.byteLength, signal);
        if (pause === null) {
          if (answer.ended) resolve();
          return true;
        }
        isPaused = true;
        pause.then(goOn, reject);
        return false;
      };
      if (socket.destroyed) closed();
      socket.write(headOf(question) + (question.body ?? ''));
    });
  } finally {
    line.read = null;
    socket.removeListener('close', closed).removeListener('timeout', onSilence);
    socket.setTimeout(0);
    signal.removeEventListener('abort', end);
  }
}

function headOf({ url, token, path, body, fields = {} }: RawQuestion): string {
  const base = new URL(url);
  const lines = [
    `${body === null ? 'GET' : 'POST'} ${pathOn(base, path)} HTTP/1.1`,
    `host: ${base.host}`,
    `authorization: Bearer ${token}`,
    'accept-encoding: identity',
    ...Object.entries(fields).map(([name, value]) => `${name}: ${value}`),
  ];
  if (body !== null)
    lines.push('content-type: application/json', `content-length: ${Buffer.byteLength(body)}`);
  return `${lines.join('\r\n')}\r\n\r\n`;
}
