import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { RateLimit } from '../remote/rate-limit.js';
import type { Applying } from '../steps/step.js';

/** So much may come while the main thread has not answered yet: on a busy machine it answers late. */
const AHEAD_BYTES = 1024 * 1024;
/** However slowly it comes, the main thread hears of it so often, ms. */
const TOLD_MS = 250;

/** What a thread tells of a transfer: the bytes that it has read, and those of them that are files which came whole. */
interface Told {
  readonly read: number;
  readonly came: number;
}

/** Where a thread tells how a transfer goes, and how many bytes it may read before it is answered. */
export interface PaceLine {
  readonly port: MessagePort;
  readonly ahead: number;
}

/** The main thread's end, which knows how far it is and lets it go on. */
export class PaceKeeper {
  readonly line: PaceLine;
  private readonly channel = new MessageChannel();
  private counted = 0;

  /** `rate`: null = as fast as it goes. */
  constructor(
    rate: RateLimit | null,
    private readonly applying: Pick<Applying, 'gate' | 'progress' | 'signal'>,
  ) {
    const { gate, signal } = applying;
    const { port1: port } = this.channel;
    port.on('message', ({ read, came }: Told) => {
      this.count(this.counted + came);
      gate()
        .then(() => rate?.pass(read, signal))
        .then(
          () => port.postMessage(read),
          // The transfer is stopped by then.
          () => port.close(),
        );
    });
    this.line = { port: this.channel.port2, ahead: rate === null ? AHEAD_BYTES : 0 };
  }

  /** So many bytes of files have come in all. */
  count(came: number): void {
    if (came <= this.counted) return;
    this.applying.progress(came - this.counted);
    this.counted = came;
  }

  close(): void {
    this.channel.port1.close();
  }
}

/** The thread's end: each reading asks whether the next one may follow. */
export class PaceAsker implements RateLimit {
  private read = 0;
  private came = 0;
  private unanswered = 0;
  private askedAt = performance.now();
  private goOn = () => {};

  constructor(private readonly line: PaceLine) {
    line.port.on('message', (answered: number) => {
      this.unanswered -= answered;
      if (this.unanswered <= line.ahead) this.goOn();
    });
  }

  /** A file of so many bytes has come whole. */
  count(bytes: number): void {
    this.came += bytes;
  }

  pass(bytes: number): Promise<void> | null {
    const { port, ahead } = this.line;
    this.read += bytes;
    const now = performance.now();
    if (this.read < ahead / 2 && now - this.askedAt < TOLD_MS) return null;
    port.postMessage({ read: this.read, came: this.came } satisfies Told);
    this.unanswered += this.read;
    [this.read, this.came, this.askedAt] = [0, 0, now];
    if (this.unanswered <= ahead) return null;
    return new Promise((resolve) => {
      this.goOn = resolve;
    });
  }

  close(): void {
    this.line.port.close();
  }
}
